// SPDX-License-Identifier: MIT
import { renderToStaticMarkup } from 'preact-render-to-string';

import type { Proof, SiteModel } from '../model.js';
import { countedLong } from './layout.js';
import { visible } from './visible.js';

const LABEL = 'source mirror';
const COLOURS: Readonly<Record<Proof, readonly [name: string, hex: string]>> = {
  proved: ['brightgreen', '#2c7a3f'],
  failed: ['red', '#b3261e'],
  unproved: ['yellow', '#8a6100'],
};

/** The state of a mirror in a few words. */
function badgeMessage({ proof, releases, findings, newest }: SiteModel): string {
  if (proof === 'failed')
    return findings.length > 0 ? countedLong(findings.length, 'finding') : 'not good';
  const proved = releases.filter((release) => release.proof === 'proved').length;
  if (proof === 'unproved') return `${proved} of ${releases.length} proved`;
  return visible(`${newest?.version ?? ''} proved`).slice(0, 60);
}

/** What shields.io reads (endpoint badge, schema 1). */
export function badgeJson(model: SiteModel): string {
  return `${JSON.stringify({ schemaVersion: 1, label: LABEL, message: badgeMessage(model), color: COLOURS[model.proof][0] }, null, 2)}\n`;
}

/** The same as a picture that needs no service. */
export function badgeSvg(model: SiteModel): string {
  const message = badgeMessage(model);
  // Verdana at 11 px has about 6.6 px a character; textLength holds it to that wherever it is drawn.
  const width = (text: string): number => Math.round(text.length * 6.6) + 14;
  const [left, right] = [width(LABEL), width(message)];
  const words = [
    [LABEL, 0, left],
    [message, left, right],
  ] as const;
  return `${renderToStaticMarkup(
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width={left + right}
      height="20"
      role="img"
      aria-label={`${LABEL}: ${message}`}
    >
      <title>{`${LABEL}: ${message}`}</title>
      <rect width={left + right} height="20" rx="3" fill="#444c56" />
      <rect x={left} width={right} height="20" rx="3" fill={COLOURS[model.proof][1]} />
      <rect x={left} width="4" height="20" fill={COLOURS[model.proof][1]} />
      <g
        fill="#fff"
        font-family="Verdana,DejaVu Sans,sans-serif"
        font-size="11"
        text-anchor="middle"
      >
        {words.map(([text, x, room]) => (
          <text x={x + room / 2} y="14" textLength={room - 14}>
            {text}
          </text>
        ))}
      </g>
    </svg>,
  )}\n`;
}
