/** Where an expression stands in a text: offsets of `{{` and of what follows `}}`. */
export interface Masked {
  readonly start: number;
  readonly end: number;
  /** With its braces. */
  readonly text: string;
}

export interface MaskedText {
  /** The text with every expression replaced by as many characters that mean nothing to YAML, so that each place stays what it is. */
  readonly text: string;
  readonly expressions: readonly Masked[];
}

/** Noncharacters, as in `markers.ts`: they begin an expression, and fill it up. */
export const FIRST = '\uFDD2';
export const REST = '\uFDD3';

const RUN = new RegExp(`${FIRST}${REST}*`, 'g');

/** Finds the expressions of a text. One ends on its line, so that a stray `{{` in a comment of YAML takes nothing along. */
export function mask(text: string): MaskedText {
  const expressions: Masked[] = [];
  let masked = '';
  let from = 0;
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', from)) {
    const end = endOf(text, start);
    masked += text.slice(from, start);
    from = end ?? start + 2;
    const found = text.slice(start, from);
    if (end === undefined) masked += found;
    else if (isAlone(text, start, end) && found.startsWith('{{!')) masked += ' '.repeat(found.length);
    else {
      expressions.push({ start, end, text: found });
      masked += FIRST + REST.repeat(found.length - 1);
    }
  }
  return { text: masked + text.slice(from), expressions };
}

/** Each masked expression of a text replaced by what `unmask` gives for it, in their order. */
export const replaceMasks = (text: string, unmask: (index: number) => string): string => {
  let index = 0;
  return text.includes(FIRST) ? text.replace(RUN, () => unmask(index++)) : text;
};

/** What follows the closing braces; undefined where they are not on the line. */
function endOf(text: string, start: number): number | undefined {
  const newline = text.indexOf('\n', start);
  const lineEnd = newline < 0 ? text.length : newline;
  if (text.startsWith('{{!--', start)) {
    const close = /--~?\}\}/g;
    close.lastIndex = start;
    const found = close.exec(text);
    return found && found.index < lineEnd ? close.lastIndex : undefined;
  }
  const braces = text.startsWith('{{{', start) ? '}}}' : '}}';
  for (let at = start + 2; at < lineEnd; at++) {
    const character = text[at] ?? '';
    if (text.startsWith(braces, at)) return at + braces.length;
    const closing = character === '[' ? ']' : character;
    if (`"'[`.includes(character)) at = closed(text, at + 1, closing, lineEnd);
  }
  return undefined;
}

/** Where a string ends; a quote behind a backslash does not end it. */
function closed(text: string, from: number, quote: string, lineEnd: number): number {
  for (let at = from; at < lineEnd; at++) if (text[at] === quote && text[at - 1] !== '\\') return at;
  return lineEnd;
}

function isAlone(text: string, start: number, end: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', start) + 1, start);
  const newline = text.indexOf('\n', end);
  return `${before}${text.slice(end, newline < 0 ? text.length : newline)}`.trim() === '';
}
