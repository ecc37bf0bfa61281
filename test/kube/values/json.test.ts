import { expect } from 'chai';
import { parseCountedJson } from '../../../src/kube/values/bounds.ts';
import { deepEqual } from '../../../src/kube/values/equal.ts';
import { parseJson, stringifyJson } from '../../../src/kube/values/json.ts';
import { repeatedKeys } from '../../../src/kube/values/repeatedkeys.ts';

describe('JSON', () => {
  /** A text → what it is read as, where `JSON.parse` would differ. */
  const EXACT: readonly [text: string, read: unknown][] = [
    ['3546343826724305832', 3546343826724305832n],
    ['-9223372036854775808', -9223372036854775808n],
    ['{"a":[9007199254740993,1]}', { a: [9007199254740993n, 1] }],
    [
      '{"3546343826724305832":"3546343826724305832","b":3546343826724305832}',
      { '3546343826724305832': '3546343826724305832', b: 3546343826724305832n },
    ],
    ['"a\\\\" ', 'a\\'],
  ];
  for (const [text, read] of EXACT) {
    it(`keeps every digit of ${text}`, () => {
      expect(deepEqual(parseJson(text), read)).to.equal(true);
      expect(stringifyJson(parseJson(text))).to.equal(text.trim());
    });
  }

  it('rounds what 64 bits do not hold, and fractions, as Kubernetes does', () => {
    expect(parseJson('[9223372036854775808,1234567890123456.5,12345678901234567e3]')).to.deep.equal([
      2 ** 63,
      1234567890123456.5,
      12345678901234567e3,
    ]);
  });

  it('takes digits in a text for text, whatever is escaped before them', () => {
    const text = JSON.stringify({ a: '\\" 3546343826724305832 "', b: ['3546343826724305832\\'] });
    expect(stringifyJson(parseJson(text))).to.equal(text);
  });

  it('takes nothing for an integer that only looks like what stands for one meanwhile', () => {
    const value = { a: 3546343826724305832n, b: ['int64 0 1', 'int64 1 2'], 'int64 2 ': '\u0069nt64 0 7' };
    const text = stringifyJson(value);
    expect(text).to.include('{"a":3546343826724305832,"b":["int64 0 1"');
    expect(deepEqual(parseJson(text), value)).to.equal(true);
    expect(deepEqual(parseJson('["\\u0069nt64 0 7",3546343826724305832]'), ['int64 0 7', value.a])).to.equal(
      true,
    );
  });

  it('says where a text is not JSON', () => {
    expect(() => parseJson('{"a":3546343826724305832,}')).to.throw(SyntaxError);
  });

  it('does not write what refers to itself', () => {
    const circle: Record<string, unknown> = { a: 1n };
    circle.b = circle;
    expect(() => stringifyJson(circle)).to.throw(TypeError);
  });

  it('reads a long text in time that grows with it', () => {
    const text = `[${Array.from({ length: 90_000 }, () => '3546343826724305832').join()},"${'\\"1'.repeat(500_000)}"]`;
    expect(parseJson(text)).to.have.length(90_001);
  });
});

describe('keys that are repeated', () => {
  const found = (text: string) => repeatedKeys(text, parseCountedJson(text))?.paths;

  it('are found in every map, and named by their paths in the order of the text', () => {
    expect(found('{"b":1,"a":{"x":1,"x":2},"b":[{"n":{}, "n":"{\\"n\\":1,"}]}')).to.deep.equal([
      'a.x',
      'b',
      'b[0].n',
    ]);
  });

  it('are one key however it is written', () => expect(found('{"a":1,"\\u0061":2}')).to.deep.equal(['a']));

  it('are a hundred at most, as Kubernetes names them', () => {
    const keys = Array.from({ length: 300 }, (_, i) => `"k${i}":1`).join();
    expect(found(`{${keys},${keys}}`)).to.have.length(100);
  });

  // What keeps whole paths does not come back from this in time, or runs out of memory.
  it('are found in time below a very long key', () => {
    const keys = Array.from({ length: 40_000 }, (_, i) => `"${i}":1`).join();
    expect(found(`{"${'k'.repeat(1_000_000)}":{${keys},"0":2}}`)?.map((path) => path.length)).to.deep.equal([
      1_024,
    ]);
  });

  it('are not equal keys of different maps', () => {
    expect(found('{"a":{"a":{"a":":"}},"b":[{"a":1},{"a":1}]}')).to.equal(undefined);
  });
});
