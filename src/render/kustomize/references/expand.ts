/** The value of a variable; undefined: not known here, left as it is. */
export type Lookup = (name: string) => string | number | boolean | undefined;

/**
 * Puts values in the place of `$(NAME)`; `$$` is a dollar sign (api `filters/refvar/expand.go`). A text that is nothing but a
 * variable takes its type.
 */
export function expand(text: string, lookup: Lookup): string | number | boolean {
  let result = '';
  let from = 0;
  for (let at = text.indexOf('$'); at >= 0 && at + 1 < text.length; at = text.indexOf('$', from)) {
    result += text.slice(from, at);
    const next = text[at + 1] ?? '';
    const close = next === '(' ? text.indexOf(')', at) : -1;
    if (close < 0) {
      result += next === '$' ? '$' : `$${next}`;
      from = at + 2;
      continue;
    }
    const name = text.slice(at + 2, close);
    const value = lookup(name) ?? `$(${name})`;
    if (at === 0 && close === text.length - 1) return value;
    result += String(value);
    from = close + 1;
  }
  return result + text.slice(from);
}
