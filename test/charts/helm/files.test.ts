import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { formatProblem, ProblemError } from '../../../src/base/errors.ts';
import { TAR_END, type TarEntry, tarEntry } from '../../../src/base/tar.ts';
import { unpackChart } from '../../../src/charts/helm/archive.ts';
import { readUtf8 } from '../../../src/charts/helm/files.ts';
import { ignoredBy } from '../../../src/charts/helm/ignore.ts';
import { pathMatch } from '../../../src/charts/helm/pathmatch.ts';

const text = (path: string, content = ''): TarEntry => ({
  type: 'file',
  path,
  mode: 0o644,
  bytes: Buffer.from(content),
});
const packed = (...entries: TarEntry[]): Uint8Array =>
  gzipSync(Buffer.concat([...entries.flatMap((entry) => tarEntry(entry)), TAR_END]));

function refused(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ProblemError) return formatProblem(error.problem);
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a packed chart', () => {
  it('gives its files without the folder that holds them, and without marks of byte order', () => {
    const long = `web/templates/${'x'.repeat(120)}.yaml`;
    const files = unpackChart(
      packed({ type: 'folder', path: 'web' }, text('web/Chart.yaml', '\uFEFFname: web'), text(long, 'a')),
      'web.tgz',
    );
    expect(files.map(({ name, bytes, file }) => [name, Buffer.from(bytes).toString(), file])).to.deep.equal([
      ['Chart.yaml', 'name: web', 'web.tgz/web/Chart.yaml'],
      [long.slice(4), 'a', `web.tgz/${long}`],
    ]);
  });

  const WRONG: readonly (readonly [string, TarEntry, string])[] = [
    ['leads out of the chart', text('web/../../etc/passwd'), '"web/../../etc/passwd" leads out of the chart'],
    ['is an absolute path', text('/etc/passwd'), '"/etc/passwd" is an absolute path'],
    [
      'hides an absolute path behind the folder',
      text('web//etc/passwd'),
      '"web//etc/passwd" is an absolute path',
    ],
    ['names a drive', text('web/c:/x'), '"web/c:/x" is an absolute path'],
    [
      'is a link',
      { type: 'link', path: 'web/x', target: '/etc/passwd' },
      '"web/x" is a link, which a chart must not hold',
    ],
    ['lies in no folder', text('Chart.yaml'), '"Chart.yaml" does not lie in a folder'],
    [
      'is larger than 5 MiB',
      text('web/big', 'x'.repeat(5 * 2 ** 20 + 1)),
      'The file big of the archive is larger than 5 MiB',
    ],
  ];
  for (const [title, entry, message] of WRONG)
    it(`is refused where an entry ${title}`, () => {
      expect(refused(() => unpackChart(packed(entry), 'web.tgz'))).to.contain(`web.tgz: ${message}`);
    });

  it('is refused when it unpacks to too much, before it is unpacked', () => {
    const bomb = gzipSync(Buffer.alloc(140 * 2 ** 20));
    expect(bomb.length).to.be.below(200_000);
    expect(refused(() => unpackChart(bomb, 'web.tgz'))).to.contain(
      'The archive is larger than 100 MiB when it is unpacked',
    );
  });

  it('is refused when half of it is missing, when it is none, and when it is empty', () => {
    const whole = packed(text('web/Chart.yaml', 'name: web'));
    expect(refused(() => unpackChart(whole.subarray(0, whole.length / 2), 'a.tgz'))).to.contain(
      'cannot be unzipped',
    );
    expect(refused(() => unpackChart(gzipSync('no archive at all'.padEnd(600)), 'a.tgz'))).to.contain(
      'it is no tar archive',
    );
    expect(refused(() => unpackChart(Buffer.from('name: web'), 'a.tgz'))).to.contain(
      'The file is no gzipped archive',
    );
    expect(refused(() => unpackChart(packed(), 'a.tgz'))).to.contain('The archive holds no files');
  });
});

describe('a file of a chart', () => {
  it('that is not UTF-8 is refused with the line of its first wrong byte', () => {
    const bytes = Buffer.concat([Buffer.from('a: 1\nb: '), Buffer.from([0xff, 0x0a])]);
    expect(refused(() => readUtf8({ name: 'values.yaml', bytes, file: 'c/values.yaml' }))).to.contain(
      'c/values.yaml:2: The file is not UTF-8',
    );
  });
});

describe('.helmignore', () => {
  /** [rules, paths that are left out, paths that stay]; asked of Helm's own tests (pkg/ignore/rules_test.go). */
  const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['', ['templates/.x.yaml', 'templates/.git/a'], ['a', '.x', 'templates/x/.y']],
    ['*.md', ['a.md', 'docs/b.md'], ['a.txt']],
    ['/a.txt', ['a.txt'], ['b/a.txt']],
    ['docs/', ['docs/x', 'a/docs/x'], ['docs', 'a/docs']],
    ['/docs/', ['docs/x'], ['a/docs/x']],
    ['a/*.txt', ['a/b.txt'], ['b.txt', 'a/b/c.txt']],
    ['# comment\n\n  b.txt  ', ['b.txt'], ['# comment']],
    ['!*.txt', ['a.md', 'b/c.md', 'b/c.txt'], ['a.txt']],
    ['a[a-c].txt', ['ab.txt'], ['ad.txt']],
  ];
  for (const [rules, out, stay] of CASES)
    it(`leaves out what ${JSON.stringify(rules)} matches`, () => {
      const ignored = ignoredBy(rules, '.helmignore');
      expect([...out, ...stay].filter(ignored)).to.deep.equal(out);
    });
  it('refuses ** and what is no pattern, with the line', () => {
    expect(refused(() => ignoredBy('a\n**/b', 'c/.helmignore'))).to.contain(
      'c/.helmignore:2: `**` is not part',
    );
    expect(refused(() => ignoredBy('a[', '.helmignore'))).to.contain('.helmignore:1: "a[" is not a pattern');
  });
});

describe('a path pattern', () => {
  /** [pattern, path, whether it matches; undefined: no pattern], of Go's path/match_test.go. */
  const CASES: readonly (readonly [string, string, boolean | undefined])[] = [
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*', 'ab/c', false],
    ['a*/b', 'a/c/b', false],
    ['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[^c]', 'abc', false],
    ['ab[^b-d]', 'abc', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a[^a]b', 'a☺b', true],
    ['[a-ζ]*', 'α', true],
    ['*[a-ζ]', 'A', false],
    ['a?b', 'a/b', false],
    ['[\\]a]', ']', true],
    ['[\\-x]', '-', true],
    ['[]a]', ']', undefined],
    ['[-]', '-', undefined],
    ['[x-]', 'x', undefined],
    ['[a-b-c]', 'a', undefined],
    ['[', 'a', undefined],
    ['[^bc', 'a', undefined],
    ['a[', 'ab', undefined],
    ['*x', 'xxx', true],
    ['', '', true],
  ];
  for (const [pattern, path, expected] of CASES)
    it(`${JSON.stringify(pattern)} of ${JSON.stringify(path)} is ${expected}`, () => {
      expect(pathMatch(pattern, path)).to.equal(expected);
    });
  it('with many stars takes no longer than the texts are long', () => {
    expect(pathMatch(`${'*a'.repeat(200)}b`, 'a'.repeat(5000))).to.equal(false);
  });
});
