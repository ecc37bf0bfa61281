import { onBytes, sliceBytes } from '../bytewise.ts';
import { byteLength } from '../kinds.ts';
import type { Budget } from '../values.ts';
import { makeRoom } from './charged.ts';
import { define } from './define.ts';

/** sprig's trunc: the first or, below zero, the last bytes. */
function trunc(count: bigint, text: string): string {
  const length = BigInt(byteLength(text));
  if (count < 0n) return length + count > 0n ? sliceBytes(text, length + count) : text;
  return length > count ? sliceBytes(text, 0n, count) : text;
}

/** sprig's substr: a `from` below zero is the beginning; a `to` below zero or behind the end is the end. */
function substr(from: bigint, to: bigint, text: string): string {
  if (from < 0n) return sliceBytes(text, 0n, to);
  return to < 0n || to > BigInt(byteLength(text)) ? sliceBytes(text, from) : sliceBytes(text, from, to);
}

const MARK = '...';

/** Abbreviate of goutils: at most `width` bytes, dots at the end included. */
const abbreviate = (text: string, width: number): string =>
  text.length <= width ? text : text.slice(0, width - MARK.length) + MARK;

/** AbbreviateFull of goutils: dots at both ends, around what begins near `offset`. */
function abbreviateBoth(text: string, offset: number, width: number): string {
  const room = width - MARK.length;
  const from = Math.min(offset, text.length - room);
  if (text.length <= width || from <= 4) return abbreviate(text, width);
  return MARK + (from + room < text.length ? abbreviate(text.slice(from), room) : text.slice(-room));
}

interface Wrapping {
  readonly width: number;
  readonly newLine: string;
  /** Whether words that are longer than a line are cut. */
  readonly cutsWords: boolean;
}

/** WrapCustom of goutils: lines of at most so many bytes, broken at spaces. Texts are binary: a character for each byte. */
function wrap(text: string, { width, newLine, cutsWords }: Wrapping): string {
  let out = '';
  let at = 0;
  while (text.length - at > width) {
    if (text[at] === ' ') {
      at++;
      continue;
    }
    const end = lineEnd(text, at, width, cutsWords);
    if (end < 0) return out + text.slice(at);
    out += text.slice(at, end) + newLine;
    at = text[end] === ' ' ? end + 1 : end;
  }
  return out + text.slice(at);
}

/** Where the line that begins at `at` ends, -1 where it takes the rest. */
function lineEnd(text: string, at: number, width: number, cutsWords: boolean): number {
  const space = text.slice(at, at + width + 1).lastIndexOf(' ');
  if (space >= 0) return at + space;
  return cutsWords ? at + width : text.indexOf(' ', at + width);
}

function wrapped(text: string, count: bigint, newLine: string, cutsWords: boolean, budget: Budget): string {
  const width = Math.max(1, Number(count));
  makeRoom(budget, text.length + Math.ceil(text.length / width) * newLine.length);
  return onBytes(
    (binary = '', separator = '') => wrap(binary, { width, newLine: separator || '\n', cutsWords }),
    text,
    newLine,
  );
}

export const CUTTING = {
  trunc: define(['int', 'string'], ([count, text]) => trunc(count, text)),
  substr: define(['int', 'int', 'string'], ([from, to, text]) => substr(from, to, text)),
  abbrev: define(['int', 'string'], ([width, text]) =>
    width < 4n ? text : onBytes((binary = '') => abbreviate(binary, Number(width)), text),
  ),
  abbrevboth: define(['int', 'int', 'string'], ([left, right, text]) =>
    right < 4n || (left > 0n && right < 7n)
      ? text
      : onBytes((binary = '') => abbreviateBoth(binary, Number(left), Number(right)), text),
  ),
  wrap: define(['int', 'string'], ([count, text], budget) => wrapped(text, count, '', false, budget)),
  wrapWith: define(['int', 'string', 'string'], ([count, newLine, text], budget) =>
    wrapped(text, count, newLine, true, budget),
  ),
};
