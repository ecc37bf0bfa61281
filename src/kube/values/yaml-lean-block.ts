import type { LeanCursor } from './yaml-lean-cursor.ts';
import { unusual } from './yaml-lean-scalars.ts';

const SPACE = 0x20;
const HASH = 0x23;

/** The literal text (`|`, `|-`, `|+`) whose header is at the cursor, as a value in a block at `column`; moves to the line behind it. */
export function blockScalar(cursor: LeanCursor, column: number): string {
  const { text } = cursor;
  const header = text.slice(cursor.at, cursor.end).trimEnd();
  if (header !== '|' && header !== '|-' && header !== '|+') unusual();
  const lines: string[] = [];
  let indent = -1;
  let blank = 0;
  let { end } = cursor;
  while (end < text.length) {
    const start = end + 1;
    const newline = text.indexOf('\n', start);
    // Without its last line break it ends otherwise.
    if (newline < 0) {
      if (start < text.length) unusual();
      break;
    }
    let at = start;
    while (text.charCodeAt(at) === SPACE) at += 1;
    if (at === newline) {
      // Spaces beyond the indentation are text.
      if (at - start > (indent < 0 ? column : indent)) unusual();
      blank += 1;
    } else {
      if (indent < 0) indent = at - start;
      if (indent <= column) unusual();
      if (at - start < indent) {
        if (text.charCodeAt(at) === HASH) unusual();
        break;
      }
      for (; blank > 0; blank--) lines.push('');
      lines.push(text.slice(start + indent, newline));
    }
    end = newline;
    cursor.line += 1;
  }
  if (lines.length === 0) unusual();
  cursor.end = end;
  cursor.nextLine();
  const joined = lines.join('\n');
  if (header === '|-') return joined;
  return header === '|' ? `${joined}\n` : `${joined}\n${'\n'.repeat(blank)}`;
}
