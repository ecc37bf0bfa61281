import type { LineSource, MappedText } from '../engine.ts';

/**
 * Line markers: how a line of output remembers the line of the template that wrote it.
 * They are built from noncharacters, which Unicode sets aside for a process's own use, so no text of a user's holds them.
 */
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';
const MARKER = new RegExp(`${OPEN}(\\d+):(\\d+)${CLOSE}`, 'g');
const MARKER_HERE = new RegExp(MARKER.source, 'y');

export const marker = (file: number, line: number): string => `${OPEN}${file}:${line}${CLOSE}`;

export const stripMarkers = (text: string): string =>
  text.includes(OPEN) ? text.replaceAll(MARKER, '') : text;

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
