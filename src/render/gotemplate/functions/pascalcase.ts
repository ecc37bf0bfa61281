import { runesOf } from '../bytewise.ts';
import { isSpace, isUpper, toLower, toUpper } from '../unicode.ts';

/** What separates words to xstrings. */
export const isConnector = (rune: string): boolean => rune === '-' || rune === '_' || isSpace(rune);

/** ToPascalCase of huandu/xstrings: `http_server` is HttpServer, and connectors at the beginning stay. */
export function pascalCase(text: string): string {
  const runes = runesOf(text);
  const start = runes.findIndex((rune) => !isConnector(rune));
  // As xstrings has it, a text of connectors only gets one more of the last.
  if (start < 0) return [...runes, ...runes.slice(-1)].join('');
  const first = runes[start] ?? '';
  let out = runes.slice(0, start).join('');
  let shouting = isUpper(first);
  let current = toUpper(first);
  for (const rune of runes.slice(start + 1)) {
    const previous = current;
    current = rune;
    if (!isConnector(previous)) {
      if (shouting && isUpper(rune)) current = toLower(rune);
      else shouting = false;
      out += previous;
    } else if (isConnector(rune)) out += previous;
    else {
      shouting = isUpper(rune);
      current = toUpper(rune);
    }
  }
  return out + current;
}
