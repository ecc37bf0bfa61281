import type { LineSource, MappedText } from '../engine.ts';

/**
 * Line markers: how a line of output remembers the line of the template that wrote it.
 * They are built from noncharacters, which Unicode sets aside for a process's own use, so no text of a user's holds them.
 */
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';
/** File and line; of a value its statement, of a call its statement in the place of the line. */
const MARKER = new RegExp(`${OPEN}(\\d+):(\\d+)(?::(\\d+)|(c))?${CLOSE}`, 'g');
const MARKER_HERE = new RegExp(MARKER.source, 'y');

/** `writing`: the number of the statement whose value follows; absent: text of the template follows. */
export const marker = (file: number, line: number, writing?: number): string =>
  `${OPEN}${file}:${line}${writing === undefined ? '' : `:${writing}`}${CLOSE}`;

/**
 * Text of a partial follows, which this statement calls. Nothing marks its end: Handlebars indents the lines of a partial, and would take the
 * mark for a line of its own.
 */
export const callMarker = (file: number, writing: number): string => `${OPEN}${file}:${writing}c${CLOSE}`;

export const stripMarkers = (text: string): string =>
  text.includes(OPEN) ? text.replaceAll(MARKER, '') : text;

/** What a marker says of the text behind it. */
export type Mark =
  | { readonly kind: 'text'; readonly file: number; readonly line: number }
  | { readonly kind: 'value' | 'call'; readonly file: number; readonly writing: number };

/** A text cut at its markers: each mark with what follows it. The first has none. */
export function cutAtMarkers(marked: string): { readonly mark: Mark | undefined; readonly text: string }[] {
  let from = 0;
  let mark: Mark | undefined;
  const pieces: { readonly mark: Mark | undefined; readonly text: string }[] = [];
  for (const found of marked.matchAll(MARKER)) {
    pieces.push({ mark, text: marked.slice(from, found.index) });
    mark = markOf(found);
    from = found.index + found[0].length;
  }
  return [...pieces, { mark, text: marked.slice(from) }];
}

function markOf([, first, second, writing, call]: RegExpExecArray): Mark {
  const [file, number] = [Number(first), Number(second)];
  if (call !== undefined) return { kind: 'call', file, writing: number };
  return writing === undefined
    ? { kind: 'text', file, line: number }
    : { kind: 'value', file, writing: Number(writing) };
}

/** Takes the markers out. A line without one (the second line of a value, say) belongs to the line before. */
export function resolveMarkers(marked: string, start: LineSource): MappedText {
  const sources: LineSource[] = [];
  let current = start;
  let isMarked = false;
  const pieces: string[] = [];
  const take = (from: number, to: number): void => {
    if (from === to) return;
    const piece = marked.slice(from, to);
    pieces.push(piece);
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) {
      sources.push(current);
      isMarked = false;
    }
  };
  let taken = 0;
  for (let open = marked.indexOf(OPEN); open >= 0; open = marked.indexOf(OPEN, open + 1)) {
    MARKER_HERE.lastIndex = open;
    const found = MARKER_HERE.exec(marked);
    if (!found) continue;
    take(taken, open);
    taken = MARKER_HERE.lastIndex;
    if (found[4] !== undefined) continue;
    // Of several the first counts.
    if (!isMarked) current = { file: Number(found[1]), line: Number(found[2]) };
    isMarked = true;
  }
  take(taken, marked.length);
  sources.push(current);
  return { text: pieces.join(''), sources };
}

/** Puts a marker at the head of every line that `value` (part of `original`, which starts on `startLine`) writes on. */
export function markLines(original: string, value: string, startLine: number, file: number): string {
  const core = value.trimStart();
  // Handlebars trims the text next to standalone blocks: find where the rest begins, to count the lines before it.
  const begin =
    core === ''
      ? original.length - value.length
      : original.length - original.trimStart().length - (value.length - core.length);
  let line = startLine + (original.slice(0, begin).match(/\n/g)?.length ?? 0);
  return value
    .split('\n')
    .map((segment, index) => {
      if (index > 0) line += 1;
      return segment === '' ? '' : marker(file, line) + segment;
    })
    .join('\n');
}
