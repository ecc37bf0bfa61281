/** Breaks a line at spaces; what continues is indented below, under the text after a `[label] `. A longer word gets a line of its own. */
export function wrap(line: string, width: number): readonly string[] {
  const indent = ' '.repeat(/^\[[^\]]*\] |^ */.exec(line)?.[0].length ?? 0);
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S) +/)) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current.trim() === '' || longer.length <= width) {
      current = longer;
      continue;
    }
    lines.push(current);
    current = indent + word;
  }
  return [...lines, current];
}
