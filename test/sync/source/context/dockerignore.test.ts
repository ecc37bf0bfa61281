import { expect } from 'chai';
import { formatProblem } from '../../../../src/base/errors.ts';
import { readDockerignore } from '../../../../src/sync/source/context/dockerignore.ts';
import { compilePattern, matcherOf } from '../../../../src/sync/source/context/ignorepattern.ts';
import { seeded } from '../../../kube/seeded.ts';

/** Of these paths, those that the patterns leave out. */
async function leftOut(patterns: readonly string[], paths: readonly string[]): Promise<readonly string[]> {
  const read = readDockerignore(patterns.join('\n'), '.dockerignore');
  const stay = read.ok ? await read.value(paths) : read;
  if (!stay.ok) throw new Error(formatProblem(stay.problems[0]));
  return paths.filter((path) => !stay.value.includes(path));
}

describe('a .dockerignore', () => {
  // Docker's reference, "Dockerignore file", and moby `patternmatcher_test.go`.
  const table: [string, string[], string[], string[]][] = [
    ['names a file', ['a'], ['a', 'ab', 'x/a'], ['a']],
    [
      'names a folder with all that is in it',
      ['docs'],
      ['docs/a', 'docs/b/c', 'docsx', 'x/docs'],
      ['docs/a', 'docs/b/c'],
    ],
    [
      'means the root of the context by a slash at the front',
      ['/a/b/'],
      ['a/b', 'a/b/c', 'x/a/b'],
      ['a/b', 'a/b/c'],
    ],
    [
      'knows any characters of one name',
      ['*/temp*'],
      ['x/temporary.txt', 'x/temp/y', 'x/y/temp', 'temp'],
      ['x/temporary.txt', 'x/temp/y'],
    ],
    ['knows one character', ['temp?'], ['tempa', 'temp', 'tempab', 'temp/'], ['tempa']],
    [
      'knows any folders, and none',
      ['**/*.go'],
      ['a.go', 'x/a.go', 'x/y/a.go', 'a.go.txt'],
      ['a.go', 'x/a.go', 'x/y/a.go'],
    ],
    [
      'knows any folders in the middle',
      ['a/**/z'],
      ['a/z', 'a/b/z', 'a/b/c/z', 'a/bz', 'z'],
      ['a/z', 'a/b/z', 'a/b/c/z'],
    ],
    ['knows all that is below', ['dir/**'], ['dir/a', 'dir/b/c', 'dirx/a'], ['dir/a', 'dir/b/c']],
    ['knows everything', ['**'], ['a', 'b/c', '.d'], ['a', 'b/c', '.d']],
    [
      'lets the last pattern decide',
      ['*.md', '!README.md', 'README-*.md'],
      ['a.md', 'README.md', 'README-x.md'],
      ['a.md', 'README-x.md'],
    ],
    [
      'takes files of a folder back that is left out',
      ['node_modules', '!node_modules/keep'],
      ['node_modules/a', 'node_modules/keep/x'],
      ['node_modules/a'],
    ],
    [
      'has comments, empty lines and spaces around',
      ['# a', '', '  b  ', ' ! b/c '],
      ['a', '# a', 'b/x', 'b/c'],
      ['b/x'],
    ],
    ['takes a # that is not at the front for a name', [' #a'], ['#a'], ['#a']],
    [
      'knows ranges of characters, and all but some',
      ['[a-c].txt', 'x[^0-9]'],
      ['a.txt', 'd.txt', 'x1', 'xy'],
      ['a.txt', 'xy'],
    ],
    ['knows characters as they are', ['a\\*b', 'c+(d)'], ['a*b', 'axb', 'c+(d)', 'ccd'], ['a*b', 'c+(d)']],
    ['cleans its paths', ['./a//b/../c'], ['a/c', 'a/b'], ['a/c']],
  ];
  for (const [what, patterns, paths, expected] of table)
    it(what, async () => expect(await leftOut(patterns, paths)).to.deep.equal(expected));

  it('with what is no pattern says the line', () => {
    const read = readDockerignore('a\n[b\n', 'app/.dockerignore');
    expect(!read.ok && formatProblem(read.problems[0])).to.equal(
      'app/.dockerignore:2: "[b" is no pattern: a [ without its ], or a \\ at the end',
    );
  });

  it('takes no longer for a pattern that a backtracking matcher would try for ever', async () => {
    const path = `${'a'.repeat(2_000)}/b`;
    const patterns = [`${'*a'.repeat(200)}c`, `${'**/'.repeat(300)}x`, '*'.repeat(1_001)];
    expect(await leftOut(patterns.slice(0, 2), [path])).to.deep.equal([]);
    expect(await leftOut(patterns, [path])).to.deep.equal([path]);
  });

  it('leaves the event loop its turns', async () => {
    let turns = 0;
    const count = (): void => {
      turns++;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    await leftOut(['x'], [...Array(1_024).keys()].map(String));
    expect(turns).to.be.least(4);
    turns = 0;
    await leftOut(Array(20).fill(`${'*a'.repeat(32)}c`), ['a'.repeat(1_000)]);
    clearImmediate(next);
    expect(turns).to.be.least(1);
  });

  it('that is too large is refused with what would help', () => {
    const problem = (text: string) => {
      const read = readDockerignore(text, '.dockerignore');
      return read.ok ? '' : formatProblem(read.problems[0]);
    };
    const help = '\n  → Name folders in place of what is in them.';
    expect(problem('x'.repeat(65_537))).to.equal(`.dockerignore: is larger than 64 KiB${help}`);
    expect(problem('x\n'.repeat(1_001))).to.equal(`.dockerignore: has more than 1000 patterns${help}`);
    expect(problem('*'.repeat(1_025))).to.equal(
      `.dockerignore:1: has a pattern of more than 1024 characters${help}`,
    );
    expect(problem(`# ${'x'.repeat(2_000)}\n${'x\n'.repeat(1_000)}`)).to.equal('');
  });

  it('that takes too long for all of the files is refused', async () => {
    const read = readDockerignore('**/*a*b*', '.dockerignore', { mostSteps: 10_000 });
    const stay = read.ok ? await read.value(Array(1_000).fill('a'.repeat(50))) : read;
    expect(!stay.ok && stay.problems[0].message).to.equal('takes too long for 1000 files');
  });

  it('matches as its rules say, whatever the pattern and the path', () => {
    const below = seeded(7);
    const text = (from: readonly string[]) =>
      Array.from({ length: below(9) }, () => from[below(from.length)] ?? '').join('');
    let matched = 0;
    for (let i = 0; i < 800; i++) {
      const written = text(['a', 'b', '/', '*', '**', '**/', '?', '[ab]', '[^a]', '\\a']);
      const path = text(['a', 'b', '/', 'ab', 'ba']);
      const pattern = compilePattern(written);
      if (!pattern) continue;
      const isMatch = matcherOf([pattern]).test(pattern, [...path]);
      expect(isMatch, `${written} for ${path}`).to.equal(fitsSlowly(written, path));
      if (isMatch) matched++;
    }
    expect(matched).to.be.within(80, 720);
  });
});

/** Whether the pattern is for the path or a folder that it is in, tried in every way. */
function fitsSlowly(pattern: string, path: string): boolean {
  const known = new Map<string, boolean>();
  const fits = (p: number, at: number): boolean => {
    const key = `${p} ${at}`;
    const found = known.get(key) ?? tried(p, at);
    known.set(key, found);
    return found;
  };
  const tried = (p: number, at: number): boolean => {
    const rest = pattern.slice(p);
    const char = path[at];
    if (rest === '') return char === undefined || char === '/';
    if (rest === '**' || rest === '**/') return true;
    if (rest.startsWith('**')) {
      const next = p + (rest[2] === '/' ? 3 : 2);
      if (fits(next, at)) return true;
      for (let slash = path.indexOf('/', at); slash >= 0; slash = path.indexOf('/', slash + 1))
        if (fits(next, slash + 1)) return true;
      return false;
    }
    if (rest[0] === '*') return fits(p + 1, at) || (char !== undefined && char !== '/' && fits(p, at + 1));
    if (char === undefined) return false;
    if (rest[0] === '?') return char !== '/' && fits(p + 1, at + 1);
    if (rest.startsWith('[ab]')) return 'ab'.includes(char) && fits(p + 4, at + 1);
    if (rest.startsWith('[^a]')) return char !== 'a' && fits(p + 4, at + 1);
    if (rest[0] === '\\') return char === rest[1] && fits(p + 2, at + 1);
    return char === rest[0] && fits(p + 1, at + 1);
  };
  return fits(0, 0);
}
