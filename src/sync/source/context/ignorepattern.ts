/** A pattern of a .dockerignore, of whose places one after the other fits a path. */
export type Pattern = readonly Token[];

/** `ranges` costs as much to ask as there are ranges. */
type Token =
  | { readonly type: 'one'; readonly fits: (char: string) => boolean; readonly ranges: number }
  /** Any characters: `*` of one name, `**` at the end of several. */
  | { readonly type: 'many'; readonly crosses: boolean }
  /** `**` before anything else: nothing, or whole folders. */
  | { readonly type: 'folders' };

/** undefined: it is malformed. */
export function compilePattern(pattern: string): Pattern | undefined {
  const tokens: Token[] = [];
  const chars = [...pattern];
  const one = (fits: (char: string) => boolean, ranges = 1) => tokens.push({ type: 'one', fits, ranges });
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? '';
    if (char === '*' && chars[at + 1] === '*') {
      at += chars[at + 2] === '/' ? 2 : 1;
      if (at + 1 >= chars.length) tokens.push({ type: 'many', crosses: true });
      // Two of them are for as many folders as one.
      else if (tokens.at(-1)?.type !== 'folders') tokens.push({ type: 'folders' });
    } else if (char === '*') tokens.push({ type: 'many', crosses: false });
    else if (char === '?') one((found) => found !== '/');
    else if (char === '[') {
      const read = classOf(chars, at + 1);
      if (read === undefined) return undefined;
      one(read.fits, read.ranges);
      at = read.end;
    } else if (char === '\\') {
      const next = chars[++at];
      if (next === undefined) return undefined;
      one((found) => found === next);
    } else one((found) => found === char);
  }
  return tokens;
}

/** `[a-z]` and `[^a-z]`, from behind the bracket; `end` is where it closes. */
function classOf(chars: readonly string[], from: number) {
  const isNegated = chars[from] === '^';
  const ranges: [string, string][] = [];
  let at = isNegated ? from + 1 : from;
  const next = (): string | undefined => {
    if (chars[at] === '\\') at++;
    at++;
    return chars[at - 1];
  };
  while (chars[at] !== ']' || ranges.length === 0) {
    const low = next();
    if (low === undefined) return undefined;
    let high: string | undefined = low;
    if (chars[at] === '-' && chars[at + 1] !== ']') {
      at++;
      high = next();
    }
    if (high === undefined) return undefined;
    ranges.push([low, high]);
  }
  const fitsOne = (char: string) => ranges.some(([low, high]) => low <= char && char <= high) !== isNegated;
  return { fits: fitsOne, ranges: ranges.length, end: at };
}

export interface Matcher {
  /** Whether the pattern is for the path, given by its characters, or for a folder that it is in. */
  test(pattern: Pattern, path: readonly string[]): boolean;
  /** How many places have been looked at since it was made. */
  steps(): number;
}

/** One for all of these: it keeps what it writes to. All places in a pattern that the path may stand at are followed at once. */
export function matcherOf(patterns: readonly Pattern[]): Matcher {
  const size = Math.max(0, ...patterns.map(({ length }) => length)) + 1;
  /** When a place was last reached, in characters since the matcher was made; and whether the folders of a place were. */
  const reachedAt = new Float64Array(size);
  const foldersAt = new Float64Array(size);
  /** Places that the path stands at, and those that the next character leads to. */
  let places = new Int32Array(size);
  let reached = new Int32Array(size);
  /** Those of `**` that have been reached: any number of folders may still follow. */
  const inFolders = new Int32Array(size);
  let now = 0;
  let steps = 0;

  /** Adds a place and those that follow without a character; returns how many there are then. */
  function enter(into: Int32Array, count: number, pattern: Pattern, from: number): number {
    let filled = count;
    for (let place = from; reachedAt[place] !== now; place++) {
      reachedAt[place] = now;
      into[filled++] = place;
      const token = pattern[place];
      if (token === undefined || token.type === 'one') break;
    }
    return filled;
  }

  function test(pattern: Pattern, path: readonly string[]): boolean {
    const end = pattern.length;
    const begun = ++now;
    let folders = 0;
    let count = enter(places, 0, pattern, 0);
    for (let at = 0; at < path.length; at++) {
      if (count === 0) {
        if (folders === 0) return false;
        // Nothing begins in the middle of a name.
        at = path.indexOf('/', at);
        if (at < 0) return false;
      }
      const char = path[at] ?? '';
      const isSlash = char === '/';
      if (isSlash && reachedAt[end] === now) return true;
      now++;
      let next = 0;
      steps += count + (isSlash ? folders : 0) + 1;
      for (let i = 0; i < count; i++) {
        const place = places[i] ?? 0;
        const token = pattern[place];
        if (token === undefined) continue;
        if (token.type === 'many') {
          // It is the last one: whatever follows fits.
          if (token.crosses) return true;
          if (!isSlash) next = enter(reached, next, pattern, place);
        } else if (token.type === 'one') {
          steps += token.ranges;
          if (token.fits(char)) next = enter(reached, next, pattern, place + 1);
        } else if (foldersAt[place] !== begun) {
          foldersAt[place] = begun;
          inFolders[folders++] = place;
        }
      }
      if (isSlash) for (let i = 0; i < folders; i++) next = enter(reached, next, pattern, inFolders[i] ?? 0);
      [places, reached] = [reached, places];
      count = next;
    }
    return reachedAt[end] === now;
  }

  return { test, steps: () => steps };
}
