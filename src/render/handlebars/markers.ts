import type { LineSource, MappedText } from '../engine.ts';

/**
 * Line markers: how a line of output remembers the line of the template that wrote it.
 * They are built from noncharacters, which Unicode sets aside for a process's own use, so no text of a user's holds them.
 */
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';
const MARKER = new RegExp(`${OPEN}(\\d+):(\\d+)${CLOSE}`, 'g');

export const marker = (file: number, line: number): string => `${OPEN}${file}:${line}${CLOSE}`;

export const stripMarkers = (text: string): string =>
  text.includes(OPEN) ? text.replaceAll(MARKER, '') : text;

/** Takes the markers out. A line without one (the second line of a value, say) belongs to the line before. */
export function resolveMarkers(marked: string, start: LineSource): MappedText {
  let current = start;
  const sources: LineSource[] = [];
  const lines = marked.split('\n').map((line) => {
    const first = line.includes(OPEN) ? [...line.matchAll(MARKER)][0] : undefined;
    if (first) current = { file: Number(first[1]), line: Number(first[2]) };
    sources.push(current);
    return stripMarkers(line);
  });
  return { text: lines.join('\n'), sources };
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
