/**
 * A command line as words, by the rules of a POSIX shell for quotes and backslashes; nothing is expanded. undefined where a quote is not closed.
 * Compose splits `command`, `entrypoint` and health checks so.
 */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'" || char === '"') {
      const quoted = quotedAt(line, at);
      if (!quoted) return undefined;
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (char === '\\') {
      at++;
      word = (word ?? '') + (line[at] === '\n' ? '' : (line[at] ?? ''));
    } else word = (word ?? '') + char;
  }
  return word === undefined ? words : [...words, word];
}

/** The text between the quotes that open at an offset; `end` is that of the closing one. */
function quotedAt(line: string, open: number): { readonly text: string; readonly end: number } | undefined {
  const quote = line[open];
  let text = '';
  for (let at = open + 1; at < line.length; at++) {
    const char = line[at] ?? '';
    if (char === quote) return { text, end: at };
    const isEscape = quote === '"' && char === '\\' && '"\\$`\n'.includes(line[at + 1] ?? 'x');
    text += isEscape ? (line[++at] ?? '') : char;
  }
  return undefined;
}
