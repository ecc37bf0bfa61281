import { expect } from 'chai';
import { ENCODING } from '../../../../src/render/gotemplate/functions/encoding.ts';
import { bytesOf, GoError, isNil, type Value } from '../../../../src/render/gotemplate/values.ts';
import { casesOf, goValue, notationOf } from '../encoding/notation.ts';

const call = (name: string, ...args: Value[]): Value => {
  const fn = ENCODING[name];
  if (!fn) throw new Error(`there is no function ${name}`);
  return fn.call(args, { spend: () => undefined });
};

interface Bases {
  readonly in: unknown;
  readonly b64enc: unknown;
  readonly b64dec: unknown;
  readonly b32enc: unknown;
  readonly b32dec: unknown;
}

describe('functions of Go templates that write values as text and read them', () => {
  it('encode and decode bases 64 and 32 as Go does, errors among the results', () => {
    for (const { in: written, ...results } of casesOf<Bases>('bases/cases.jsonl')) {
      const text = String(goValue(written));
      for (const [name, result] of Object.entries(results)) {
        const expected = bytesOf(String(goValue(result)));
        expect(bytesOf(String(call(name, text))), `${name} ${JSON.stringify(written)}`).to.deep.equal(
          expected,
        );
      }
    }
  });

  const cases: readonly (readonly [string, readonly Value[], unknown])[] = [
    ['toYaml', [new Map<string, Value>([['a', 1n]])], 'a: 1'],
    ['toYaml', [Number.NaN], ''],
    ['toYaml', ['a\u0080'], ''],
    ['toYamlPretty', [new Map<string, Value>([['a', ['b', 1e6]]])], 'a:\n  - b\n  - 1e+06'],
    ['toJson', ['<a>'], '"\\u003ca\\u003e"'],
    ['toRawJson', ['<a>'], '"<a>"'],
    ['toPrettyJson', [[1n, new Map()]], '[\n  1,\n  {}\n]'],
    ['fromYaml', ['a: 1\nb: [x]'], { a: 1, b: ['x'] }],
    ['fromYaml', [''], {}],
    [
      'fromYaml',
      ['- a'],
      {
        Error:
          'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}',
      },
    ],
    [
      'fromYaml',
      ['a: b: c'],
      { Error: 'error converting YAML to JSON: yaml: mapping values are not allowed in this context' },
    ],
    ['fromYamlArray', ['[1, a]'], [1, 'a']],
    [
      'fromYamlArray',
      ['a: b'],
      [
        'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go value of type []interface {}',
      ],
    ],
    ['fromJson', ['{"a": [1.5]}'], { a: [1.5] }],
    [
      'fromJson',
      ['[]'],
      { Error: 'json: cannot unmarshal array into Go value of type map[string]interface {}' },
    ],
    ['fromJson', ['{'], { Error: 'unexpected end of JSON input' }],
    ['fromJsonArray', ['"x"'], ['json: cannot unmarshal string into Go value of type []interface {}']],
    ['mustFromJson', ['"x"'], 'x'],
  ];
  for (const [name, args, result] of cases) {
    it(`${name} of ${JSON.stringify(args.map(notationOf))} is ${JSON.stringify(result)}`, () => {
      expect(notationOf(call(name, ...args))).to.deep.equal(result);
    });
  }

  it('leave nil where JSON says null', () => {
    const map = call('fromJson', 'null');
    expect(map instanceof Map && isNil(map)).to.equal(true);
  });

  it('fail aloud where their names begin with must', () => {
    expect(() => call('mustToYaml', Number.NaN)).to.throw(
      GoError,
      'error marshaling into JSON: json: unsupported value: NaN',
    );
    expect(() => call('mustToJson', Number.POSITIVE_INFINITY)).to.throw(
      GoError,
      'json: unsupported value: +Inf',
    );
    expect(() => call('mustFromJson', '{')).to.throw(GoError, 'unexpected end of JSON input');
  });
});
