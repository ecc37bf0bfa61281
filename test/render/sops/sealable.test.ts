import { expect } from 'chai';
import { formatProblem, unwrap } from '../../../src/base/errors.ts';
import { readRule } from '../../../src/render/sops/metadata.ts';
import { openSealed, readSealed } from '../../../src/render/sops/open.ts';
import { seal } from '../../../src/render/sops/seal.ts';

const KEY = Buffer.alloc(32, 7);
let counter = 0;
const OPTIONS = {
  file: 'secrets.yaml',
  key: KEY,
  age: [],
  rule: unwrap(readRule({}, { file: '.sops.yaml' })),
  now: new Date('2026-01-02T03:04:05.678Z'),
  random: (size: number): Uint8Array => Buffer.alloc(size, ++counter),
};

function openedAgain(text: string): string {
  const file = unwrap(readSealed(unwrap(seal(text, OPTIONS)), 'secrets.yaml'));
  if (!file) throw new Error('the text is not sealed');
  return unwrap(openSealed(file, KEY)).text;
}

describe('what may be sealed', () => {
  const refused: readonly [string, string, string][] = [
    ['a key that stands twice', 'a: 1\na: 2\n', 'secrets.yaml:2:1: duplicated mapping key'],
    ['a number as key', 'a: x\n8080: y\n', 'secrets.yaml:2:1: SOPS takes keys that are strings only'],
    ['a date as key', '2024-01-02: y\n', 'secrets.yaml:1:1: SOPS takes keys that are strings only'],
    [
      'an integer beyond 64 bits',
      'a: 99999999999999999999\n',
      'secrets.yaml:1:4: 99999999999999999999 is too large',
    ],
    ['a member sops of one’s own', 'a: x\nsops: y\n', 'secrets.yaml:2:1: The key sops is where SOPS writes'],
  ];
  for (const [what, text, message] of refused)
    it(`is not ${what}, and the refusal names the line`, () => {
      const result = seal(text, OPTIONS);
      expect(result.ok ? 'taken' : result.problems.map(formatProblem).join('\n')).to.contain(message);
    });

  const kept: readonly [string, string][] = [
    ['a comma at the end of a readable value', 'a: "x"\nb_unencrypted: hello,\n'],
    ['blank lines that a readable value keeps', 'a: "x"\nb_unencrypted: |+\n  text\n\n\n'],
    ['blank lines at the end', 'a: "x"\n\n\n'],
  ];
  for (const [what, text] of kept)
    it(`is opened with ${what} as it was typed`, () => expect(openedAgain(text)).to.equal(text));

  it('leaves each line where it is, and a value before it as it was, when sops does not come last', () => {
    const sealed = unwrap(seal('b_unencrypted: |+\n  text\n\na: x\n', OPTIONS)).split('\n');
    const start = sealed.indexOf('sops:');
    const [value, ...rest] = [sealed.slice(0, 3), sealed.slice(3, start), sealed.slice(start, -1)];
    const moved = [...(value ?? []), ...(rest[1] ?? []), ...(rest[0] ?? []), ''].join('\n');
    const file = unwrap(readSealed(moved, 'secrets.yaml'));
    if (!file) throw new Error('the text is not sealed');
    const opened = unwrap(openSealed(file, KEY)).text.split('\n');
    expect(opened.findIndex((line) => line.startsWith('a:'))).to.equal(
      moved.split('\n').findIndex((line) => line.startsWith('a:')),
    );
    expect(opened.slice(0, 4)).to.deep.equal(['b_unencrypted: |+', '  text', '', '#']);
  });
});
