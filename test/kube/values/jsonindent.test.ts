import { expect } from 'chai';
import { indentedJson } from '../../../src/kube/values/jsonindent.ts';

describe('JSON for a person', () => {
  const values: readonly (readonly [what: string, value: unknown])[] = [
    ['an object in an object', { a: { b: [1, 'two', null] }, c: true }],
    ['what is empty', { object: {}, list: [], text: '', nested: [[], {}] }],
    ['marks and quotes within a text', { 'a"{': 'x, y: [1]\\"}', '\\': '\\"' }],
    ['a value alone', 'text'],
  ];
  for (const [what, value] of values)
    it(`has a line for each member: ${what}`, () => {
      expect(indentedJson(JSON.stringify(value))).to.equal(JSON.stringify(value, null, 2));
    });

  it('keeps every digit, and what was indented otherwise', () => {
    expect(indentedJson('{ "a":\n\n 9007199254740993,"b":1.10}')).to.equal(
      '{\n  "a": 9007199254740993,\n  "b": 1.10\n}',
    );
  });

  it('takes a text as long as they come', () => {
    const text = JSON.stringify('x'.repeat(10_000_000));
    expect(indentedJson(text) === text).to.equal(true);
  });
});
