/**
 * A text of JSON with a line for each member, two spaces deeper than what holds it, as Go's `json.MarshalIndent` writes it; no value of it
 * is read. Not by a regular expression: that took twice as long for a list of pods, and its stack was too small for the longest strings.
 */
export function indentedJson(text: string): string {
  let indented = '';
  let line = '\n';
  let opened = false;
  /** Where that begins which is not in `indented` yet. */
  let from = 0;
  const write = (end: number, more: string) => {
    indented += text.slice(from, end) + more;
    from = end;
  };
  for (let at = 0; at < text.length; at++) {
    const mark = text[at] as string;
    // No other control character stands outside of a string.
    if (mark <= ' ') {
      write(at, '');
      from = at + 1;
      continue;
    }
    const closes = mark === '}' || mark === ']';
    if (closes) line = line.slice(0, -2);
    if (closes ? !opened : opened) write(at, line);
    opened = mark === '{' || mark === '[';
    if (opened) line += '  ';
    if (mark === '"') at = endOfString(text, at);
    if (mark === ':') write(at + 1, ' ');
    if (mark === ',') write(at + 1, line);
  }
  return indented + text.slice(from);
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
