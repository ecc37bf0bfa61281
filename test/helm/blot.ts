/**
 * Outputs of charts that leave something to chance — keys, certificates, passwords, the time, Go's order of a map's keys — compared
 * in all the rest. What differs between several runs of Helm itself is blotted out on both sides: a word of a line where
 * the words of the line are as many in each run, else the line. The body of a PEM block counts as one line, as its length may differ.
 */
export interface Expected {
  /** For each line its words; undefined for a word that differs between runs. A line of one undefined word may be any. */
  readonly lines: readonly (readonly (string | undefined)[])[];
  /** So many words are blotted out. */
  readonly blotted: number;
}

/** Undefined where the runs have not even the same number of lines. */
export function expectedOf(runs: readonly string[]): Expected | undefined {
  const [first = '', ...others] = runs;
  if (others.every((other) => other === first))
    return { lines: linesOf(first).map((line) => [line]), blotted: 0 };
  const all = runs.map((run) => linesOf(withoutPem(run)));
  const count = all[0]?.length ?? 0;
  if (all.some(({ length }) => length !== count)) return undefined;
  const lines = Array.from({ length: count }, (_, index) => wordsOf(all.map((lines) => lines[index] ?? '')));
  return { lines, blotted: lines.flat().filter((word) => word === undefined).length };
}

/** The first line that differs, from 0; undefined where there is none. */
export function firstDifference(output: string, { lines, blotted }: Expected): number | undefined {
  const found = linesOf(blotted === 0 ? output : withoutPem(output));
  const length = Math.max(found.length, lines.length);
  for (let index = 0; index < length; index += 1) {
    if (!fits(found[index], lines[index])) return index;
  }
  return undefined;
}

export const linesOf = (text: string): string[] => text.split('\n');

const PEM = /(-----BEGIN [A-Z ]+-----)[A-Za-z0-9+/=\s\\n]*(-----END [A-Z ]+-----)/g;
export const withoutPem = (text: string): string => text.replace(PEM, '$1$2');

/** Words and what stands between them, so that joining gives the line. */
const split = (line: string): string[] => line.split(/([\s"',]+)/);

function wordsOf(lines: readonly string[]): (string | undefined)[] {
  const [first = '', ...others] = lines;
  if (others.every((other) => other === first)) return [first];
  const words = lines.map(split);
  const count = words[0]?.length ?? 0;
  if (words.some(({ length }) => length !== count)) return [undefined];
  return Array.from({ length: count }, (_, index) => {
    const word = words[0]?.[index];
    return words.every((other) => other[index] === word) ? word : undefined;
  });
}

function fits(found: string | undefined, wanted: readonly (string | undefined)[] | undefined): boolean {
  if (found === undefined || wanted === undefined) return false;
  if (wanted.length === 1) return wanted[0] === undefined || wanted[0] === found;
  const words = split(found);
  return (
    words.length === wanted.length &&
    wanted.every((word, index) => word === undefined || word === words[index])
  );
}
