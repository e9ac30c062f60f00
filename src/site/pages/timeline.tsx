// SPDX-License-Identifier: MIT
import type { VNode } from 'preact';

import type { SiteRelease } from '../model.js';
import { countedLong, day, formatBytes, formatNumber } from './layout.js';
import { visible } from './visible.js';

const [WIDTH, HEIGHT] = [1000, 230];
const [LEFT, RIGHT, TOP, MIDDLE, BOTTOM] = [62, 12, 14, 120, 208];
/** Above so many releases a mark for each would be a smear. */
const MOST_DOTS = 120;

/** The size of the source as a line, and below it the lines that each release added and took away; oldest first. Proved releases alone. */
export function Timeline({
  releases,
}: {
  readonly releases: readonly SiteRelease[];
}): VNode | null {
  const shown = releases
    .flatMap(({ source, version, date }) =>
      source === undefined ? [] : [{ source, version, date }],
    )
    .toReversed();
  const [first, last] = [shown[0], shown.slice(1).at(-1)];
  if (first === undefined || last === undefined) return null;
  const sizes = shown.map(({ source }) => source.bytes);
  const most = Math.max(1, ...sizes);
  const churn = Math.max(
    1,
    ...shown.map(({ source }) => Math.max(source.lines.added, source.lines.deleted)),
  );
  const step = (WIDTH - LEFT - RIGHT) / shown.length;
  const x = (at: number): number => round(LEFT + step * (at + 0.5));
  const y = (bytes: number): number => round(MIDDLE - 10 - (bytes / most) * (MIDDLE - 10 - TOP));
  const line = sizes.map((bytes, at) => `${x(at)},${y(bytes)}`).join(' ');
  const bar = round(Math.max(0.6, Math.min(22, step * 0.6)));
  return (
    <figure class="scroll chart" tabIndex={0} aria-label="Size and changes of the source">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby="chart-title">
        <title id="chart-title">
          {visible(
            `From ${first.version} to ${last.version} the source grew from ${formatBytes(first.source.bytes)} to ${formatBytes(last.source.bytes)}; the largest change touched ${countedLong(churn, 'line')}.`,
          )}
        </title>
        <Axes most={most} churn={churn} />
        <polygon
          class="area"
          points={`${x(0)},${MIDDLE - 10} ${line} ${x(shown.length - 1)},${MIDDLE - 10}`}
        />
        <polyline class="size" points={line} />
        {shown.map((release, at) => (
          <g>
            {shown.length <= MOST_DOTS ? (
              <Dot release={release} cx={x(at)} cy={y(release.source.bytes)} />
            ) : null}
            <Bars
              lines={release.source.lines}
              left={round(x(at) - bar / 2)}
              width={bar}
              most={churn}
            />
          </g>
        ))}
        <text x={LEFT} y={HEIGHT - 6}>
          {visible(`${first.version} ${day(first.date)}`)}
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 6} text-anchor="end">
          {visible(`${last.version} ${day(last.date)}`)}
        </text>
      </svg>
      <Key />
    </figure>
  );
}

/** Of the bars, in height. */
const HALF = (BOTTOM - MIDDLE) / 2;
const AXIS = round(MIDDLE + HALF);

function Axes({ most, churn }: { readonly most: number; readonly churn: number }): VNode {
  return (
    <>
      <line class="axis" x1={LEFT} y1={MIDDLE - 10} x2={WIDTH - RIGHT} y2={MIDDLE - 10} />
      <line class="axis" x1={LEFT} y1={AXIS} x2={WIDTH - RIGHT} y2={AXIS} />
      <text x={LEFT - 8} y={TOP + 8} text-anchor="end">
        {formatBytes(most)}
      </text>
      <text x={LEFT - 8} y={MIDDLE - 8} text-anchor="end">
        0
      </text>
      <text x={LEFT - 8} y={MIDDLE + 10} text-anchor="end">
        +{formatNumber(churn)}
      </text>
      <text x={LEFT - 8} y={BOTTOM} text-anchor="end">
        −{formatNumber(churn)}
      </text>
    </>
  );
}

/** A release on the line, with its words. */
function Dot({
  release: { version, date, source },
  cx,
  cy,
}: {
  readonly release: Pick<SiteRelease, 'version' | 'date'> & {
    readonly source: NonNullable<SiteRelease['source']>;
  };
  readonly cx: number;
  readonly cy: number;
}): VNode {
  const { added, deleted } = source.lines;
  return (
    <>
      <title>
        {visible(
          `${version}, ${day(date)}: ${formatBytes(source.bytes)}, +${added} −${deleted} lines`,
        )}
      </title>
      <circle class="dot" cx={cx} cy={cy} r="3" />
    </>
  );
}

/** What a release added, above the axis, and what it took away, below it. */
function Bars({
  lines: { added, deleted },
  left,
  width,
  most,
}: {
  readonly lines: { readonly added: number; readonly deleted: number };
  readonly left: number;
  readonly width: number;
  readonly most: number;
}): VNode {
  const height = (lines: number): number => (lines / most) * (HALF - 2);
  const [up, down] = [height(added), height(deleted)];
  return (
    <>
      {up > 0 ? (
        <rect class="plus" x={left} y={round(AXIS - up)} width={width} height={round(up)} />
      ) : null}
      {down > 0 ? (
        <rect class="minus" x={left} y={AXIS} width={width} height={round(down)} />
      ) : null}
    </>
  );
}

function Key(): VNode {
  return (
    <figcaption class="key">
      <span>
        <i class="k-size" />
        size of the source
      </span>
      <span>
        <i class="k-plus" />
        lines added
      </span>
      <span>
        <i class="k-minus" />
        lines deleted
      </span>
    </figcaption>
  );
}

/** A bar for what a file gained and lost, like git's --stat. */
export function Bar({
  added,
  deleted,
  most,
}: {
  readonly added: number;
  readonly deleted: number;
  readonly most: number;
}): VNode {
  const scale = (n: number): number => round((n / Math.max(1, most)) * 120);
  const width = scale(added);
  return (
    <svg class="bar" width="120" height="10" viewBox="0 0 120 10" aria-hidden="true">
      <rect class="plus" x="0" y="1" width={width} height="8" />
      <rect class="minus" x={width} y="1" width={scale(deleted)} height="8" />
    </svg>
  );
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
