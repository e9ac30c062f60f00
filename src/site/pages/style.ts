// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';

/** The look of all pages: no script, no font and no picture from anywhere; light and dark; for paper without the chrome. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fbfaf7;--card:#fff;--ink:#1d2329;--dim:#59636e;--line:#dcd8cf;--link:#0b57b0;--good:#12703c;--good-bg:#e3f4e8;--bad:#a4161a;--bad-bg:#fde8e6;--warn:#7a4b00;--warn-bg:#fdf0d4;--bar:#3a7bd0;--add:#1a7233;--del:#b3302a;--code:#f1efe9}
@media (prefers-color-scheme:dark){:root{--bg:#12161b;--card:#1a2027;--ink:#e4e8ec;--dim:#9ca7b2;--line:#313a44;--link:#7db6f5;--good:#7fdb9c;--good-bg:#15301f;--bad:#ff9d96;--bad-bg:#3b1a1a;--warn:#f0c674;--warn-bg:#362a12;--bar:#5b9cf0;--add:#4bb86a;--del:#e5695f;--code:#222a33}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px}
header,main,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.25rem}
h1{margin:0;font-size:clamp(1.6rem,4.5vw,2.3rem);line-height:1.2;letter-spacing:-.02em}
h2{margin:2.5rem 0 .75rem;font-size:1.25rem;letter-spacing:-.01em}
h3{margin:1.5rem 0 .5rem;font-size:1rem}
p{margin:.5rem 0}
.lead{color:var(--dim);max-width:46rem}
.crumb{margin:0 0 .5rem;font-size:.9rem}
code,pre{font:.86em/1.5 ui-monospace,"SF Mono",Consolas,"DejaVu Sans Mono",monospace}
code{background:var(--code);border-radius:4px;padding:.1em .3em}
pre{margin:.5rem 0;padding:.85rem 1rem;background:var(--code);border:1px solid var(--line);border-radius:8px;overflow-x:auto;white-space:pre;overflow-wrap:normal}
pre code{background:none;padding:0;font-size:1em}
.hash{background:none;padding:0;overflow-wrap:anywhere}
.hidden{padding:0 .25em;border:1px solid var(--bad);border-radius:3px;color:var(--bad);font:.75em ui-monospace,monospace}
.verdict{display:flex;gap:1rem;align-items:flex-start;margin:1.5rem 0;padding:1rem 1.25rem;border:1px solid;border-radius:12px}
.verdict svg{flex:none;margin-top:.15rem}
.verdict p{margin:.15rem 0;color:var(--ink)}
.verdict strong{font-size:1.15rem}
.proved{color:var(--good);background:var(--good-bg);border-color:currentColor}
.failed{color:var(--bad);background:var(--bad-bg);border-color:currentColor}
.unproved{color:var(--warn);background:var(--warn-bg);border-color:currentColor}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr));gap:1rem;margin:1rem 0;padding:0}
.facts>div{padding:.9rem 1.1rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
dt{color:var(--dim);font-size:.82rem}
dd{margin:.15rem 0 0}
dd+dd{margin-top:.35rem}
.big{font-size:1.35rem;font-weight:650;letter-spacing:-.01em}
.small{font-size:.86rem;color:var(--dim)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:12px;background:var(--card)}
table{width:100%;border-collapse:collapse;font-size:.92rem}
th,td{padding:.55rem .9rem;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--dim);font-weight:600;font-size:.82rem;white-space:nowrap}
tbody th{font-weight:600}
.releases td,.releases th,.nowrap{white-space:nowrap;overflow-wrap:normal}
.facts-table th{width:13rem;color:var(--dim);font-weight:500}
.pill{display:inline-block;padding:.05rem .55rem;border:1px solid var(--line);border-radius:99px;font-size:.8rem;white-space:nowrap}
.pill.proved,.pill.failed,.pill.unproved{border-color:transparent}
.add{color:var(--add)}.del{color:var(--del)}
.diff{display:block;white-space:pre}
.diff .add,.diff .del,.diff .at{display:block}
.diff .add{background:var(--good-bg);color:var(--good)}.diff .del{background:var(--bad-bg);color:var(--bad)}.diff .at{color:var(--dim)}
.chart{margin:1rem 0;padding:1rem 1rem .5rem}
.chart{overflow-x:auto}.chart svg{display:block;width:100%;min-width:34rem;height:auto}
.chart .size{fill:none;stroke:var(--bar);stroke-width:2;stroke-linejoin:round}
.chart .area{fill:var(--bar);opacity:.14}
.chart .dot{fill:var(--bar)}
.chart .plus,.bar .plus{fill:var(--add)}.chart .minus,.bar .minus{fill:var(--del)}
.chart .axis{stroke:var(--line)}
.chart text{fill:var(--dim);font:11px system-ui,sans-serif}
.key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.25rem 0 .5rem;font-size:.82rem;color:var(--dim)}
.key i{display:inline-block;width:.75em;height:.75em;margin-right:.4em;border-radius:2px}
.key .k-size{background:var(--bar)}.key .k-plus{background:var(--add)}.key .k-minus{background:var(--del)}
details{margin:.75rem 0}
summary{cursor:pointer;font-weight:600}
.callout{margin:1rem 0;padding:.8rem 1.1rem;border-left:4px solid var(--warn);background:var(--warn-bg);border-radius:0 8px 8px 0}
ul{padding-left:1.25rem}
footer{padding-top:2.5rem;padding-bottom:3rem;color:var(--dim);font-size:.86rem}
nav.pages{display:flex;flex-wrap:wrap;gap:.5rem 1.25rem;justify-content:space-between;margin-top:2.5rem}
@media (max-width:40rem){th,td{padding:.5rem .65rem}.facts-table th,.facts-table td{display:block;width:auto;border-top:0;padding-bottom:0}.facts-table tr{display:block;border-top:1px solid var(--line);padding-bottom:.5rem}.facts-table tr:first-child{border-top:0}}
@media print{.chart svg{min-width:0}body{background:#fff;color:#000;font-size:10.5pt}header,main,footer{max-width:none;padding:0}.scroll{overflow:visible}pre{white-space:pre-wrap}nav.pages{display:none}.verdict,.facts>div,tr{break-inside:avoid}}
`;

/** Nothing is loaded, run, framed or sent; the one style sheet is known by its digest. It stands in a meta tag, since static hosts let nobody set headers. */
export const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; img-src 'self'; base-uri 'none'; form-action 'none'`;
