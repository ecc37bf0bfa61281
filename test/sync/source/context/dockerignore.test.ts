import { expect } from 'chai';
import { formatProblem } from '../../../../src/base/errors.ts';
import { readDockerignore } from '../../../../src/sync/source/context/dockerignore.ts';

/** Of these paths, those that the patterns leave out. */
function leftOut(patterns: readonly string[], paths: readonly string[]): readonly string[] {
  const read = readDockerignore(patterns.join('\n'), '.dockerignore');
  if (!read.ok) throw new Error(read.problems[0].message);
  return paths.filter(read.value);
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
    it(what, () => expect(leftOut(patterns, paths)).to.deep.equal(expected));

  it('with what is no pattern says the line', () => {
    const read = readDockerignore('a\n[b\n', 'app/.dockerignore');
    expect(!read.ok && formatProblem(read.problems[0])).to.equal(
      'app/.dockerignore:2: "[b" is no pattern: a [ without its ], or a \\ at the end',
    );
  });

  it('takes no longer for a pattern that a backtracking matcher would try for ever', () => {
    const path = `${'a'.repeat(2_000)}/b`;
    expect(leftOut([`${'*a'.repeat(200)}c`, `${'**/'.repeat(50)}x`], [path])).to.deep.equal([]);
  });
});
