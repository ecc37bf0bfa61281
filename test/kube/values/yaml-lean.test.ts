import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { FILE_BOUNDS } from '../../../src/kube/values/bounds.ts';
import { dumpAnyYaml, parseDocuments } from '../../../src/kube/values/yaml.ts';
import { readLean } from '../../../src/kube/values/yaml-lean.ts';
import { dumpLean } from '../../../src/kube/values/yaml-lean-dump.ts';
import { seeded } from '../seeded.ts';

/** What js-yaml reads: a byte order mark changes nothing else. */
const byJsYaml = (text: string) => parseDocuments(`\uFEFF${text}`, 'f.yaml');

/** Whether the lean reader read it, and then the same. */
function isRead(text: string): boolean {
  const lean = readLean(text, FILE_BOUNDS);
  if (lean === undefined) return false;
  const expected = byJsYaml(text);
  if (!expected.ok) throw new Error(`${expected.problems[0].message}, in\n${text}`);
  const read = lean.map(({ value, line, column }) => ({ value, place: { file: 'f.yaml', line, column } }));
  expect(read, text).to.deep.equal(expected.value);
  // Order of keys, and the sign of zero, count too.
  expect(JSON.stringify(read), text).to.equal(JSON.stringify(expected.value));
  return true;
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ya?ml$/.test(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'));

/** Texts that mean something else when a character or an indentation is different. */
const PIECES = [
  ...[
    'a',
    'b-1',
    '"q"',
    "'s'",
    'k: v',
    '- i',
    '-',
    ':',
    '|',
    '|-',
    '|+',
    '>',
    '#',
    ' #',
    '{',
    '}',
    '[',
    ']',
    ',',
  ],
  ...[
    '\n',
    '\n',
    '\n',
    '\n  ',
    '\n  ',
    '\n    ',
    '\n- ',
    ' ',
    '  ',
    '---\n',
    '...',
    '\n---\n',
    'x: ',
    'y:',
    '- k: ',
  ],
  ...[
    '1',
    '-0',
    '0.10',
    '1.2.3',
    '1e3',
    '.5',
    '0x1',
    'yes',
    'null',
    '~',
    '&x',
    '*x',
    '!t',
    '? ',
    '%',
    '@',
    '`',
  ],
  ...[
    '{a: 1}',
    '[1, b]',
    '"a\\n"',
    "'it''s'",
    '{"a":[]}',
    'é',
    '\t',
    '\r',
    '\\',
    '<<: ',
    '__proto__: ',
    'a:b',
  ],
];

describe('the lean reader of YAML', () => {
  it('reads what charts and manifests are made of', () => {
    const text = [
      '# of a template',
      '---',
      'apiVersion: apps/v1 # comment',
      'kind: Deployment',
      'metadata: {name: "web", labels: {app.kubernetes.io/name: web, tier: \'a b\'}}',
      'spec:',
      '  replicas: 3',
      '  template:',
      '    spec:',
      '      containers:',
      '      - name: web',
      '        image: registry.example:5000/web:1.2.3',
      '        args: ["-c", --flag, 10.0.0.1:80]',
      '        ports:',
      '          -',
      '            containerPort: 80',
      '        env:',
      '          - {name: EMPTY, value: ""}',
      '        volumeMounts: []',
      '        livenessProbe:',
      '      nodeSelector: {}',
      '---',
      '',
      '---',
      'data:',
      '  key: |',
      '    first: line',
      '',
      '      second',
      '  stripped: |-',
      '    x',
      '',
      '  kept: |+',
      '    y',
      '',
      '',
    ].join('\n');
    expect(isRead(text)).to.equal(true);
  });

  it('leaves what is unusual to js-yaml', () => {
    for (const text of [
      ...[
        'a: &x 1\nb: *x\n',
        'a: !!str 1\n',
        'a: >\n  x\n',
        'a: b\n  c\n',
        'a: "b\n  c"\n',
        '? a\n: b\n',
        '<<: {a: 1}\n',
      ],
      ...[
        'a:\t1\n',
        'a: 1\r\n',
        '%YAML 1.2\n---\na: 1\n',
        '__proto__: {a: 1}\n',
        'a: 0644\n',
        'a: 1_000\n',
        'a: 1e3\n',
      ],
      ...[
        'a: 9007199254740993\n',
        '1: a\n',
        'constructor: 1\ntoString: 2\n',
        'text\n',
        'a: |2\n   x\n',
        '--- {a: 1}\n',
      ],
    ])
      expect(readLean(text, FILE_BOUNDS), text).to.equal(undefined);
  });

  it('leaves what is wrong to js-yaml, which says what it is', () => {
    for (const text of [
      ...[
        'a: 1\na: 2\n',
        'a: 1\n b: 2\n',
        'a: b: c\n',
        'a: "b\n',
        'a: [1\n',
        'a: {b: 1,}x\n',
        '- a\nb: 1\n',
        'a:\n- b\n  c: 1\n',
      ],
      ...['a: @b\n', 'a: "b" c\n', 'a: {b: 1, b: 2}\n', 'a: [1] 2\n', 'a\nb: 1\n', 'a: |\nb\n'],
    ]) {
      expect(byJsYaml(text).ok, text).to.equal(false);
      expect(readLean(text, FILE_BOUNDS), text).to.equal(undefined);
    }
  });

  it('leaves what is beyond the bounds to the reader that names them', () => {
    const bounds = { nodes: 10, depth: 2, bytes: 1000 };
    expect(readLean('a: {b: 1}\n', bounds)).to.have.length(1);
    expect(readLean('a: {b: {c: 1}}\n', bounds)).to.equal(undefined);
    expect(readLean('a:\n  b:\n    c: 1\n', bounds)).to.equal(undefined);
    expect(readLean('a: [1, 2, 3, 4, 5, 6, 7, 8]\n', bounds)).to.equal(undefined);
    expect(readLean(`a: ${'['.repeat(5000)}${']'.repeat(5000)}\n`, FILE_BOUNDS)).to.equal(undefined);
  });

  it('reads files as js-yaml does, whole and damaged, and most of them', () => {
    const random = seeded(1);
    const texts = ['test/fixtures', 'charts', 'examples'].flatMap(filesBelow);
    const whole = texts.filter(isRead).length;
    expect(whole / texts.length).to.be.above(0.5);
    for (const text of texts.filter((one) => one.length < 2000)) {
      for (let i = 0; i < 2; i++) {
        const at = random(text.length + 1);
        const piece = PIECES[random(PIECES.length)] ?? '';
        isRead(text.slice(0, at) + piece + text.slice(at + random(3)));
      }
    }
  });

  it('reads texts of random pieces as js-yaml does', () => {
    const random = seeded(2);
    let read = 0;
    for (let i = 0; i < 6000; i++) {
      const pieces = Array.from({ length: 1 + random(9) }, () => PIECES[random(PIECES.length)] ?? '');
      if (isRead(pieces.join(''))) read += 1;
    }
    expect(read).to.be.above(300);
  });

  it('reads what we print of random values', () => {
    const random = seeded(3);
    const scalars = [
      '',
      'a',
      'a b',
      'x: y',
      '# c',
      '- d',
      'yes',
      '1.0',
      'é',
      '"',
      "'",
      'two\nlines',
      ' x ',
      0,
      -1,
      1.5,
      true,
      null,
    ];
    const randomValue = (depth: number): unknown => {
      const kind = depth === 0 ? 2 : random(3);
      if (kind === 0) return Array.from({ length: random(4) }, () => randomValue(depth - 1));
      if (kind === 1)
        return Object.fromEntries(
          Array.from({ length: random(4) }, (_, i) => [`k${i}`, randomValue(depth - 1)]),
        );
      return scalars[random(scalars.length)];
    };
    const values = Array.from({ length: 500 }, () => ({ a: randomValue(4), b: randomValue(3) }));
    const texts = values.map(dumpAnyYaml);
    expect(texts.filter(isRead).length / texts.length).to.be.above(0.8);
  });

  it('is written as js-yaml does by the lean writer, or left to it', () => {
    const random = seeded(4);
    const texts = [
      'a',
      'a-b',
      '64Mi',
      '/x',
      'v1.2',
      'app/name',
      '1.2.3',
      'yes',
      '100',
      '1e3',
      'a b',
      '',
      '-',
      'null',
      'x:y',
    ];
    const numbers = [0, 7, -1, 2 ** 40];
    const leafs = [
      ...texts,
      ...texts.slice(0, 6),
      ...texts.slice(0, 6),
      ...numbers,
      1.5,
      -0,
      true,
      null,
      9007199254740993n,
    ];
    const randomValue = (depth: number): unknown => {
      const kind = depth === 0 ? 2 : random(3);
      if (kind === 0) return Array.from({ length: random(4) }, () => randomValue(depth - 1));
      if (kind === 2) return leafs[random(random(4) === 0 ? leafs.length : 6)];
      const keys = Array.from({ length: random(4) }, () =>
        String(random(20) === 0 ? leafs[random(15)] : `k${random(9)}`),
      );
      return Object.fromEntries(keys.map((key) => [key, randomValue(depth - 1)]));
    };
    const values = Array.from({ length: 1500 }, () => randomValue(5));
    let written = 0;
    for (const value of values) {
      const lean = dumpLean(value);
      if (lean === undefined) continue;
      written += 1;
      expect(lean).to.equal(dumpAnyYaml(value));
    }
    expect(written).to.be.above(300);
    for (const text of ['2001-01-01', '0.1_0', '1.501_000', '1_0', '10.0.0.1', '1.2.3', '1a_b'])
      expect(dumpLean({ text })).to.equal(undefined);
    for (const text of ['1.2.3-rc1', '12h', '500m', '4Gi', '0a1b']) {
      expect(dumpLean({ text }), text).to.equal(dumpAnyYaml({ text }));
      expect(dumpLean({ text }), text).not.to.equal(undefined);
    }
    const circle: Record<string, unknown> = {};
    circle.a = circle;
    for (const value of [
      'a',
      1,
      null,
      { a: undefined },
      { a: () => 1 },
      { a: new Date(0) },
      new Map(),
      circle,
    ])
      expect(dumpLean(value)).to.equal(undefined);
  });
});
