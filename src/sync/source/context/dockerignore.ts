import { failed, ok, type Problem, type Result } from '../../../base/errors.ts';

/** Whether a path of the context is left out of it. */
export type Ignored = (path: string) => boolean;

/**
 * Reads a .dockerignore by Docker's rules (moby `patternmatcher`, `ignorefile`): a pattern is for a path and all that is below it, the last
 * one that fits decides, `!` takes back, `#` at the start of a line is a comment. Matching takes time linear in the path. Pure.
 */
export function readDockerignore(text: string, file: string): Result<Ignored> {
  const rules: Rule[] = [];
  const problems: Problem[] = [];
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.startsWith('#')) continue;
    const written = line.trim();
    const isTakenBack = written.startsWith('!');
    const pattern = cleaned((isTakenBack ? written.slice(1) : written).trim());
    if (pattern === '') continue;
    const tokens = tokensOf(pattern);
    if (tokens === undefined)
      problems.push({
        reason: 'DockerignoreError',
        message: `"${written.slice(0, 100)}" is no pattern: a [ without its ], or a \\ at the end`,
        place: { file, line: i + 1 },
      });
    else rules.push({ tokens, isTakenBack });
  }
  const [first, ...others] = problems;
  if (first) return failed(first, ...others);
  return ok((path) => {
    let isLeftOut = false;
    for (const { tokens, isTakenBack } of rules)
      if (isTakenBack === isLeftOut && fits(tokens, path)) isLeftOut = !isTakenBack;
    return isLeftOut;
  });
}

interface Rule {
  readonly tokens: readonly Token[];
  readonly isTakenBack: boolean;
}

/** As Go's `filepath.Clean`, and without the slash at the front: all is relative to the root of the context. '' for the root itself. */
function cleaned(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !pattern.startsWith('/')) parts.push(part);
  }
  return parts.join('/');
}

type Token =
  | { readonly type: 'one'; readonly fits: (char: string) => boolean }
  /** Any characters: `*` of one name, `**` at the end of several. */
  | { readonly type: 'many'; readonly crosses: boolean }
  /** `**` before anything else: nothing, or whole folders. */
  | { readonly type: 'folders' };

/** undefined: it is malformed. */
function tokensOf(pattern: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const chars = [...pattern];
  const one = (fitsOne: (char: string) => boolean) => tokens.push({ type: 'one', fits: fitsOne });
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? '';
    if (char === '*' && chars[at + 1] === '*') {
      at += chars[at + 2] === '/' ? 2 : 1;
      tokens.push(at + 1 >= chars.length ? { type: 'many', crosses: true } : { type: 'folders' });
    } else if (char === '*') tokens.push({ type: 'many', crosses: false });
    else if (char === '?') one((found) => found !== '/');
    else if (char === '[') {
      const read = classOf(chars, at + 1);
      if (read === undefined) return undefined;
      one(read.fits);
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
  return { fits: fitsOne, end: at };
}

/** Whether the pattern is for the path or a folder that it is in: all places in the pattern that the path may stand at are followed at once. */
function fits(tokens: readonly Token[], path: string): boolean {
  let places = new Set<number>();
  const enter = (into: Set<number>, place: number): void => {
    if (into.has(place)) return;
    into.add(place);
    if (tokens[place] !== undefined && tokens[place].type !== 'one') enter(into, place + 1);
  };
  /** Places of `**` that have been reached: any number of folders may still follow. */
  const inFolders = new Set<number>();
  enter(places, 0);
  for (const char of path) {
    if (char === '/' && places.has(tokens.length)) return true;
    for (const place of places) if (tokens[place]?.type === 'folders') inFolders.add(place);
    const reached = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token?.type === 'many' && (token.crosses || char !== '/')) enter(reached, place);
      if (token?.type === 'one' && token.fits(char)) enter(reached, place + 1);
    }
    if (char === '/') for (const place of inFolders) enter(reached, place);
    places = reached;
    if (places.size === 0 && inFolders.size === 0) return false;
  }
  return places.has(tokens.length);
}
