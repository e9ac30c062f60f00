// SPDX-License-Identifier: MIT
/** All mutants of a file in one text: `globalThis.__mutant(n)` says while it runs which one is on, and learns which ones are reached. */
export function switched(text, mutants) {
  const places = new Map();
  for (const mutant of mutants) {
    const key = `${mutant.from}-${mutant.to}`;
    places.set(key, [...(places.get(key) ?? []), mutant]);
  }
  const ranges = [...places.values()].sort(([a], [b]) => a.from - b.from || b.to - a.to);
  let at = 0;
  const write = (from, to) => {
    let out = '';
    let done = from;
    while (at < ranges.length && ranges[at][0].from < to) {
      const here = ranges[at++];
      const [{ from: start, to: end }] = here;
      out += text.slice(done, start);
      const cases = here.map(
        (mutant) => `globalThis.__mutant(${mutant.number})?(${faulty(text, mutant)}):`,
      );
      // A line comment may end the expression's text.
      out += `(${cases.join('')}(${write(start, end)}\n))`;
      done = end;
    }
    return out + text.slice(done, to);
  };
  return write(0, text.length);
}

function faulty(text, { from, to, start, end, replacement }) {
  if (replacement === ';') return 'undefined';
  return `${text.slice(from, start)}${replacement}${text.slice(end, to)}\n`;
}
