// SPDX-License-Identifier: MIT
import type { VNode } from 'preact';

import { countedLong, day, formatBytes, formatNumber } from './layout.js';
import type { SiteRelease } from './model.js';
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
  const shown = releases.filter(({ source }) => source !== undefined).toReversed();
  if (shown.length < 2) return null;
  const sizes = shown.map(({ source }) => source!.bytes);
  const most = Math.max(1, ...sizes);
  const churn = Math.max(
    1,
    ...shown.map(({ source }) => Math.max(source!.lines.added, source!.lines.deleted)),
  );
  const step = (WIDTH - LEFT - RIGHT) / shown.length;
  const x = (at: number): number => round(LEFT + step * (at + 0.5));
  const y = (bytes: number): number => round(MIDDLE - 10 - (bytes / most) * (MIDDLE - 10 - TOP));
  const line = sizes.map((bytes, at) => `${x(at)},${y(bytes)}`).join(' ');
  const half = (BOTTOM - MIDDLE) / 2;
  const axis = round(MIDDLE + half);
  const bar = round(Math.max(0.6, Math.min(22, step * 0.6)));
  const [first, last] = [shown[0]!, shown.at(-1)!];
  return (
    <figure class="scroll chart" tabIndex={0} aria-label="Size and changes of the source">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby="chart-title">
        <title id="chart-title">
          {visible(
            `From ${first.version} to ${last.version} the source grew from ${formatBytes(sizes[0]!)} to ${formatBytes(sizes.at(-1)!)}; the largest change touched ${countedLong(churn, 'line')}.`,
          )}
        </title>
        <line class="axis" x1={LEFT} y1={MIDDLE - 10} x2={WIDTH - RIGHT} y2={MIDDLE - 10} />
        <line class="axis" x1={LEFT} y1={axis} x2={WIDTH - RIGHT} y2={axis} />
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
        <polygon
          class="area"
          points={`${x(0)},${MIDDLE - 10} ${line} ${x(shown.length - 1)},${MIDDLE - 10}`}
        />
        <polyline class="size" points={line} />
        {shown.map(({ source, version, date }, at) => {
          const { added, deleted } = source!.lines;
          const [up, down] = [(added / churn) * (half - 2), (deleted / churn) * (half - 2)];
          return (
            <g>
              {shown.length <= MOST_DOTS ? (
                <title>
                  {visible(
                    `${version}, ${day(date)}: ${formatBytes(source!.bytes)}, +${added} −${deleted} lines`,
                  )}
                </title>
              ) : null}
              {shown.length <= MOST_DOTS ? (
                <circle class="dot" cx={x(at)} cy={y(source!.bytes)} r="3" />
              ) : null}
              {up > 0 ? (
                <rect
                  class="plus"
                  x={round(x(at) - bar / 2)}
                  y={round(axis - up)}
                  width={bar}
                  height={round(up)}
                />
              ) : null}
              {down > 0 ? (
                <rect
                  class="minus"
                  x={round(x(at) - bar / 2)}
                  y={axis}
                  width={bar}
                  height={round(down)}
                />
              ) : null}
            </g>
          );
        })}
        <text x={LEFT} y={HEIGHT - 6}>
          {visible(`${first.version} ${day(first.date)}`)}
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 6} text-anchor="end">
          {visible(`${last.version} ${day(last.date)}`)}
        </text>
      </svg>
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
    </figure>
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
