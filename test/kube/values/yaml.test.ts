import { expect } from 'chai';
import { FILE_BOUNDS } from '../../../src/kube/values/bounds.ts';
import { dumpYaml, parseDocuments, parseYaml, parseYamlBody } from '../../../src/kube/values/yaml.ts';
import { locateKeys } from '../../../src/kube/values/yaml-places.ts';

const value = (text: string): unknown => {
  const result = parseYaml(text, 'f.yaml');
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value;
};
const problem = (text: string) => {
  const result = parseYaml(text, 'f.yaml');
  if (result.ok) throw new Error('was read');
  return result.problems[0];
};

/** A scalar → what sigs.k8s.io/yaml makes of it. */
const SCALARS: readonly [written: string, read: unknown][] = [
  ['0644', 420],
  ['0o17', 15],
  ['0x1F', 31],
  ['0b101', 5],
  ['-010', -8],
  ['08', 8],
  ['1_000', 1000],
  ['1.5', 1.5],
  ['1e3', 1000],
  ['yes', true],
  ['Off', false],
  ['y', true],
  ['~', null],
  ['null', null],
  ['"0644"', '0644'],
  ["'yes'", 'yes'],
  ['2001-12-14', '2001-12-14'],
  ['190:20:30', '190:20:30'],
  ['v1', 'v1'],
  ['1.2.3', '1.2.3'],
  ['9007199254740991', 9007199254740991],
];

describe('YAML', () => {
  for (const [written, read] of SCALARS) {
    it(`reads ${written} as ${JSON.stringify(read)}`, () =>
      expect(value(`a: ${written}`)).to.deep.equal({ a: read }));
  }
  it('reads an empty text as null', () => expect(value('# nothing\n')).to.equal(null));
  it('merges with <<', () => {
    expect(value('b: &b {p: 1, q: 2}\nc:\n  <<: *b\n  q: 3\n')).to.deep.equal({
      b: { p: 1, q: 2 },
      c: { p: 1, q: 3 },
    });
  });
  it('refuses a duplicate key, with its place', () => {
    expect(problem('a: 1\nb: 2\na: 3\n')).to.deep.include({ place: { file: 'f.yaml', line: 3, column: 1 } });
  });
  it('refuses a number that would be rounded, and says how to write it', () => {
    const found = problem('id:\n  big: 9007199254740993\n');
    expect(found.place).to.deep.equal({ file: 'f.yaml', line: 2, column: 8 });
    expect(found.remedy).to.contain('"9007199254740993" in quotes');
  });
  it('of a request keeps integers of 64 bits, and the last of repeated keys with the line of each', () => {
    const read = parseYamlBody(
      'a: 3546343826724305832\nb:\n  c: 1\n  c: 2\n<<: {d: 1}\n<<: {e: 1}\n',
      FILE_BOUNDS,
    );
    expect(read.ok && read.value).to.deep.equal({
      value: { a: 3546343826724305832n, b: { c: 2 }, d: 1, e: 1 },
      repeated: [{ key: 'c', line: 4 }],
    });
    const tooLong = parseYamlBody('a: 9223372036854775808', FILE_BOUNDS);
    expect(tooLong.ok).to.equal(false);
  });
  it('writes integers of 64 bits as they are', () =>
    expect(dumpYaml({ a: 3546343826724305832n })).to.equal('a: 3546343826724305832\n'));
  it('refuses what JSON cannot hold', () =>
    expect(problem('a: .inf').message).to.contain('not a number of JSON'));
  it('places a syntax error and shows the lines around it', () => {
    const found = problem('a:\n  - b\n c: d\n');
    expect(found.place?.line).to.equal(3);
    expect(found.details?.join('\n')).to.contain('c: d');
  });
  it('gives each document the line of its first content, and leaves empty ones out', () => {
    const result = parseDocuments('# head\n---\n---\na: 1\n---\n# only a comment\n---\n\nb: 2\n', 'f.yaml');
    expect(result.ok && result.value).to.deep.equal([
      { value: { a: 1 }, place: { file: 'f.yaml', line: 4, column: 1 } },
      { value: { b: 2 }, place: { file: 'f.yaml', line: 9, column: 1 } },
    ]);
  });
  it('says where a second document starts when one was expected', () => {
    expect(problem('a: 1\n---\nb: 2\n').place?.line).to.equal(3);
  });
  it('knows the line of every key and item', () => {
    const lines = locateKeys(
      '# c\nimage:\n  tag: x\nports:\n- name: a\n  port: 1\n- {name: b}\na/b: &m\n  k: v\nc:\n  <<: *m\n',
    );
    expect(Object.fromEntries(lines)).to.deep.equal({
      '/image': 2,
      '/image/tag': 3,
      '/ports': 4,
      '/ports/0': 5,
      '/ports/0/name': 5,
      '/ports/0/port': 6,
      '/ports/1': 7,
      '/ports/1/name': 7,
      '/a~1b': 8,
      '/a~1b/k': 9,
      '/c': 10,
    });
  });
  it('knows no lines of a text that cannot be read', () => expect(locateKeys('a: [').size).to.equal(0));
  it('writes what it reads back the same (law)', () => {
    const whole = Object.fromEntries(
      SCALARS.map(([written, read]) => [written, [read, written, { [written]: read }]]),
    );
    expect(value(dumpYaml(whole))).to.deep.equal(whole);
  });
  it('writes as kubectl prints: no folding, lists at the margin of their key', () => {
    const long = 'word '.repeat(40).trim();
    expect(dumpYaml({ a: [{ b: 1, c: ['x'] }], t: 'l1\nl2\n', long })).to.equal(
      `a:\n- b: 1\n  c:\n  - x\nt: |\n  l1\n  l2\nlong: ${long}\n`,
    );
  });

  describe('that would be too large', () => {
    /** Ten aliases on each of `levels` levels: a kilobyte that stands for ten to the power of `levels` nodes. */
    const laughs = (levels: number): string =>
      Array.from({ length: levels }, (_, i) =>
        i === 0 ? 'a0: &a0 [lol]' : `a${i}: &a${i} [${`*a${i - 1}, `.repeat(10)}]`,
      ).join('\n');

    it('is refused by what its aliases stand for, at the alias with which it is too much', () => {
      const { reason, message, place } = problem(laughs(9));
      expect(reason).to.equal('DocumentTooLarge');
      expect(message).to.equal(
        'the YAML is too large to be read: it has more than 500,000 nodes, counting what each alias stands for',
      );
      expect(place).to.deep.include({ file: 'f.yaml', line: 7 });
    });

    it('is refused by the text that its aliases repeat', () => {
      const message = problem(`a: &a ${'x'.repeat(100_000)}\nb: [${'*a, '.repeat(200)}]`).message;
      expect(message).to.contain('its texts have more than 16 MiB');
    });

    it('is refused when an alias stands inside of what it refers to', () => {
      expect(problem('a: &a\n  b: [*a]').message).to.contain('an alias refers to a node that it is part of');
    });

    it('is refused by its depth, that of what aliases stand for included', () => {
      expect(problem('['.repeat(300)).message).to.contain('it nests more than 200 levels deep');
      const nested = `a: &a ${'['.repeat(150)}${']'.repeat(150)}\nb: ${'['.repeat(60)}*a${']'.repeat(60)}`;
      expect(problem(nested).message).to.contain('it nests more than 200 levels deep');
    });

    it('counts merge keys, aliases of keys, and all documents of a text', () => {
      const big = `a: &a {${Array.from({ length: 1000 }, (_, i) => `k${i}: 1`).join(', ')}}\n`;
      expect(
        problem(`${big}${Array.from({ length: 300 }, (_, i) => `m${i}: {<<: *a}`).join('\n')}`).reason,
      ).to.equal('DocumentTooLarge');
      expect(problem('- a\n---\n'.repeat(260_000)).reason).to.equal('DocumentTooLarge');
    });

    it('is refused by a number of a million digits at once', () => {
      expect(problem(`a: ${'1'.repeat(1_000_000)}`).message).to.contain('is too large to be kept exactly');
    });

    it('is read as long as it is honest', () => {
      expect(value('a: &a {b: 1}\nc: *a\nd: [*a, *a]')).to.deep.equal({
        a: { b: 1 },
        c: { b: 1 },
        d: [{ b: 1 }, { b: 1 }],
      });
    });
  });
});
