import { failed, ok, type Problem, type Result } from '../../../base/errors.ts';
import { breather } from '../../../base/mutex.ts';
import { compilePattern, matcherOf, type Pattern } from './ignorepattern.ts';

/** Of these paths of the context, in their order, those that stay. A Problem where that takes too long. */
export type Ignored = (paths: readonly string[]) => Promise<Result<readonly string[]>>;

/** A file of thousands of patterns is made by a program, which had better name folders. */
const MOST_BYTES = 64 * 1024;
const MOST_PATTERNS = 1_000;
const MOST_CHARACTERS = 1_024;
/** Places of patterns that are looked at for characters of paths: some ten seconds. */
const MOST_STEPS = 2_000_000_000;
/** So many steps, or paths, and the event loop turns: some milliseconds. */
const STEPS_PER_TURN = 1_000_000;
const PATHS_PER_TURN = 256;

/**
 * Reads a .dockerignore by Docker's rules (moby `patternmatcher`, `ignorefile`): a pattern is for a path and all that is below it, the last
 * one that fits decides, `!` takes back, `#` at the start of a line is a comment. Matching takes time linear in the path, and leaves the event
 * loop its turns.
 */
export function readDockerignore(
  text: string,
  file: string,
  { mostSteps = MOST_STEPS }: { readonly mostSteps?: number } = {},
): Result<Ignored> {
  if (Buffer.byteLength(text) > MOST_BYTES)
    return failed(wrong({ file }, `is larger than ${MOST_BYTES / 1024} KiB`, FOLDERS));
  const rules: Rule[] = [];
  const problems: Problem[] = [];
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.startsWith('#')) continue;
    const written = line.trim();
    const isTakenBack = written.startsWith('!');
    const cleanly = cleaned((isTakenBack ? written.slice(1) : written).trim());
    if (cleanly === '') continue;
    const place = { file, line: i + 1 };
    const pattern = cleanly.length > MOST_CHARACTERS ? undefined : compilePattern(cleanly);
    if (pattern) rules.push({ pattern, isTakenBack });
    else if (cleanly.length > MOST_CHARACTERS)
      problems.push(wrong(place, `has a pattern of more than ${MOST_CHARACTERS} characters`, FOLDERS));
    else
      problems.push(
        wrong(place, `"${written.slice(0, 100)}" is no pattern: a [ without its ], or a \\ at the end`),
      );
  }
  if (rules.length > MOST_PATTERNS)
    problems.push(wrong({ file }, `has more than ${MOST_PATTERNS} patterns`, FOLDERS));
  const [first, ...others] = problems;
  if (first) return failed(first, ...others.slice(0, MOST_NAMED));
  return ok((paths) => kept(paths, rules, { file, mostSteps }));
}

interface Rule {
  readonly pattern: Pattern;
  readonly isTakenBack: boolean;
}

const MOST_NAMED = 20;
const FOLDERS = 'Name folders in place of what is in them.';

const wrong = (place: Problem['place'], message: string, remedy?: string): Problem => ({
  reason: 'DockerignoreError',
  message,
  ...(place ? { place } : {}),
  ...(remedy === undefined ? {} : { remedy }),
});

async function kept(
  paths: readonly string[],
  rules: readonly Rule[],
  { file, mostSteps }: { readonly file: string; readonly mostSteps: number },
): Promise<Result<readonly string[]>> {
  const breathe = breather(PATHS_PER_TURN);
  const fits = matcherOf(rules.map(({ pattern }) => pattern));
  const stay: string[] = [];
  let turnAt = STEPS_PER_TURN;
  for (const path of paths) {
    await breathe();
    const characters = [...path];
    let isLeftOut = false;
    for (const { pattern, isTakenBack } of rules) {
      if (isTakenBack === isLeftOut && fits.test(pattern, characters)) isLeftOut = !isTakenBack;
      if (fits.steps() > mostSteps)
        return failed(wrong({ file }, `takes too long for ${paths.length} files`, FOLDERS));
      if (fits.steps() < turnAt) continue;
      turnAt = fits.steps() + STEPS_PER_TURN;
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (!isLeftOut) stay.push(path);
  }
  return ok(stay);
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
