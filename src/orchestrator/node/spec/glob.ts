/** One character of a pattern, or any number of them. */
type Token = '*' | ((character: string) => boolean);

/**
 * Whether a whole text fits a pattern of Go's `path.Match`: `*`, `?`, classes and escapes. It takes no longer than the product of both
 * lengths, whoever wrote the pattern; one that is no pattern fits nothing.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const tokens = tokensOf(pattern);
  if (!tokens) return false;
  let [token, at] = [0, 0];
  /** Where to go on when the text after the latest star does not fit: one character further. */
  let again: { token: number; at: number } | undefined;
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === '*') {
      token++;
      again = { token, at };
    } else if (wanted?.(text[at] ?? '')) {
      token++;
      at++;
    } else if (again) {
      again.at++;
      ({ token, at } = again);
    } else return false;
  }
  return tokens.slice(token).every((left) => left === '*');
}

function tokensOf(pattern: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const parts = /\*|\?|\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|([^\\[])/gsy;
  while (parts.lastIndex < pattern.length) {
    const found = parts.exec(pattern);
    if (!found) return undefined;
    const [whole, escaped, negated, members] = found;
    if (whole === '*') tokens.push('*');
    else if (whole === '?') tokens.push(() => true);
    else if (members !== undefined) tokens.push(classOf(members, negated === '^'));
    else tokens.push((character) => character === (escaped ?? whole));
  }
  return tokens;
}

function classOf(members: string, isNegated: boolean): (character: string) => boolean {
  const ranges = [...members.matchAll(/\\?(.)(?:-\\?(.))?/gs)].map(([, low = '', high = low]) => ({
    low,
    high,
  }));
  return (character) => ranges.some(({ low, high }) => low <= character && character <= high) !== isNegated;
}
