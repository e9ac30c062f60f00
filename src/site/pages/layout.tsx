// SPDX-License-Identifier: MIT
import type { ComponentChildren, VNode } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';

import { counted } from '../../counted.js';
import { PROJECT_URL } from '../../report/hosts.js';
import { VERSION } from '../../version.js';
import type { Proof, SiteModel } from '../model.js';
import { POLICY, STYLE } from './style.js';
import { Link, visible } from './visible.js';

export interface PageProps {
  readonly title: string;
  readonly description: string;
  /** The way from this page to the front page: empty, or `../../`. */
  readonly base: string;
  readonly model: SiteModel;
  readonly children: ComponentChildren;
}

/** One whole page as HTML. */
export function renderPage(page: VNode): string {
  return `<!doctype html>\n${renderToStaticMarkup(page)}\n`;
}

/** The frame of every page. */
export function Page({ title, description, base, model, children }: PageProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="description" content={visible(description)} />
        <meta name="generator" content={`rpm-source-mirror ${VERSION}`} />
        <title>{visible(title)}</title>
        <link rel="icon" href={`${base}badge.svg`} type="image/svg+xml" />
        <link
          rel="alternate"
          type="application/atom+xml"
          href={`${base}feed.atom`}
          title="Releases"
        />
        <link
          rel="alternate"
          type="application/feed+json"
          href={`${base}feed.json`}
          title="Releases"
        />
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        {children}
        <footer>
          <p>
            Made by <Link to={PROJECT_URL}>rpm-source-mirror</Link> {VERSION} from what it verified
            on {formatTime(model.now)}. This page is a report, not the proof: that lies in the
            mirror, and anybody can check it with the commands on each release's page.
          </p>
          <p>
            <a href={`${base}feed.atom`}>Atom</a>, <a href={`${base}feed.json`}>JSON feed</a>,{' '}
            <a href={`${base}status.json`}>status</a>, <a href={`${base}badge.svg`}>badge</a>,{' '}
            <a href={`${base}badge.json`}>badge data</a>
          </p>
        </footer>
      </body>
    </html>
  );
}

const WORDS: Readonly<Record<Proof, string>> = {
  proved: 'proved',
  failed: 'not good',
  unproved: 'not proved',
};

/** A verdict in a word. */
export function Pill({ proof }: { readonly proof: Proof }): VNode {
  return <span class={`pill ${proof}`}>{WORDS[proof]}</span>;
}

/** The sign of a verdict: form and word differ, not colour alone. */
export function Sign({ proof }: { readonly proof: Proof }): VNode {
  const path = {
    proved: 'M7 12.5l3.5 3.5L17 8.5',
    failed: 'M8 8l8 8M16 8l-8 8',
    unproved: 'M12 7v6M12 16.5v.5',
  }[proof];
  return (
    <svg
      width="28"
      height="28"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <circle cx="12" cy="12" r="10" />
      <path d={path} />
    </svg>
  );
}

/** `2025-12-20 00:46 UTC` */
export function formatTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The day of a time as the mirror records it. */
export function day(date: string | undefined): string {
  return date === undefined ? '' : date.slice(0, 10);
}

/** `1 file`, `1,234 files` */
export function countedLong(n: number, noun: string): string {
  return counted(n, noun, n.toLocaleString('en'));
}

/** `1.4 MiB` */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return counted(bytes, 'byte');
  for (const [unit, size] of [
    ['KiB', 1024],
    ['MiB', 1024 ** 2],
  ] as const)
    if (bytes < size * 1024) return `${(bytes / size).toFixed(1)} ${unit}`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

/** A digit group for every three digits. */
export function formatNumber(n: number): string {
  return n.toLocaleString('en');
}

/** In groups of four digits, as gpg prints it. */
export function fingerprint(text: string): string {
  return text.replace(/(.{4})(?=.)/g, '$1 ');
}
