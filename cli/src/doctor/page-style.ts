/** Colours of the page in a light and a dark scheme; on paper it is always light. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --quiet: #57606a; --paper: #ffffff; --box: #f6f8fa;
  --line: #d0d7de; --good: #116329; --bad: #a40e26; --warn: #7d4e00; --link: #0550ae;
  --first: #0550ae; --second: #bc4c00; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --quiet: #9198a1; --paper: #0d1117; --box: #161b22; --line: #3d444d;
    --good: #7ee787; --bad: #ff7b72; --warn: #e3b341; --link: #79c0ff;
    --first: #79c0ff; --second: #ffa657; }
}
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
main > section { border-top: 1px solid var(--line); margin-top: 2rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; } h3 { font-size: 1.1rem; margin-top: 2rem; }
h4 { margin: 0 0 .5rem; }
h1, h2, h4, p, dd, td { overflow-wrap: anywhere; }
a { color: var(--link); }
.quiet { color: var(--quiet); }
.verdict { font-weight: bold; font-size: 1.1rem; }
.yes, .ok { color: var(--good); } .no, .error { color: var(--bad); }
.unknown, .warning { color: var(--warn); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0;
  border-bottom: 1px solid var(--line); }
td:first-child, td:nth-child(2) { overflow-wrap: normal; }
.finding { border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; margin: 1rem 0;
  break-inside: avoid; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--quiet); } dd { margin: 0; }
pre { background: var(--box); padding: .75rem; border-radius: 6px; white-space: pre-wrap;
  overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; margin: .75rem 0 0; }
figure { margin: 1rem 0; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-weight: bold; }
figcaption span { font-weight: normal; margin-right: 1rem; }
.key::before { content: ""; display: inline-block; width: 1.2em; height: .25em; margin-right: .4em;
  vertical-align: middle; background: var(--first); }
.key.series1::before { background: var(--second); }
figure svg[role=img] text { fill: var(--quiet); font: 11px system-ui, sans-serif; }
figure svg[role=img] path { fill: none; stroke: var(--first); stroke-width: 2; stroke-linecap: round;
  stroke-linejoin: round; }
figure svg[role=img] path.series1 { stroke: var(--second); }
figure svg[role=img] path.axis { stroke: var(--line); stroke-width: 1; }
@media print { body { font-size: 11pt; } main { max-width: none; padding: 0; } }
`;
