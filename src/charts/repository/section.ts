import { ProblemError } from '../../base/errors.ts';

/** Bytes of YAML that are read in one go: half a second. */
const SMALL = 2 * 2 ** 20;

/**
 * What an index.yaml says of one chart, as an index of its own. Helm writes the charts of `entries` one below the other, two spaces deep, so
 * that their lines are found without reading YAML: that of a large repository takes seconds. Where nothing is found so (JSON, another
 * indentation, no such chart) it is the whole. What is large is refused.
 * @throws ProblemError IndexTooLarge
 */
export function sectionOf(bytes: Buffer, name: string, url: string): Buffer {
  const text = bytes.toString('utf8');
  const entries = /^entries:[ \t]*\r?\n/m.exec(text);
  const from = entries ? entries.index + entries[0].length : text.length;
  const title = [`  ${name}:`, `  "${name}":`, `  '${name}':`].find((line) => lineAt(text, line, from) >= 0);
  if (title === undefined) {
    if (bytes.length <= SMALL) return bytes;
    if (entries) return Buffer.from('entries: {}\n');
    throw tooLarge(url, `${Math.ceil(bytes.length / 2 ** 20)} MiB, and is not written as Helm writes it`);
  }
  const start = lineAt(text, title, from);
  const next = /\n(?: {0,2})(?![\s-])/g;
  next.lastIndex = start + title.length;
  const end = next.exec(text)?.index ?? text.length;
  if (end - start > SMALL)
    throw tooLarge(url, `${Math.ceil((end - start) / 2 ** 20)} MiB of versions of ${name}`);
  return Buffer.from(`entries:\n${text.slice(start, end)}\n`);
}

const tooLarge = (url: string, what: string): ProblemError =>
  new ProblemError({
    reason: 'IndexTooLarge',
    message: `${url} has ${what}`,
    remedy: 'Put the chart into the repository: pilotage chart pull.',
  });

/** Where a line of its own begins that is this, and maybe spaces; -1 where there is none. */
function lineAt(text: string, line: string, from: number): number {
  for (let at = text.indexOf(line, from); at >= 0; at = text.indexOf(line, at + 1)) {
    const rest = /[ \t]*\r?(?:\n|$)/y;
    rest.lastIndex = at + line.length;
    if ((at === from || text[at - 1] === '\n') && rest.test(text)) return at;
  }
  return -1;
}
