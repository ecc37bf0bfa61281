/** A string, a mark, or a number or word; what is between them is white space. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** A text of JSON with a line for each member, two spaces deeper than what holds it, as Go's `json.MarshalIndent` writes it; no value of it is read. */
export function indentedJson(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let opened = false;
  const line = () => parts.push('\n', '  '.repeat(depth));
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === '}' || token === ']';
    if (closes) depth -= 1;
    if (closes ? !opened : opened) line();
    opened = token === '{' || token === '[';
    if (opened) depth += 1;
    parts.push(token);
    if (token === ':') parts.push(' ');
    if (token === ',') line();
  }
  return parts.join('');
}
