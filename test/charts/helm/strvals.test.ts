import { expect } from 'chai';
import { type SetKind, setValues } from '../../../src/charts/helm/strvals.ts';
import type { HelmMap } from '../../../src/charts/helm/values.ts';
import { dialect } from './dialect.ts';

const big = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, one: unknown) =>
      one instanceof Map ? Object.fromEntries(one) : typeof one === 'bigint' ? `int64:${one}` : one,
    ),
  );

function set(line: string, kind: SetKind = 'typed', into: HelmMap = new Map()): unknown {
  setValues(line, into, kind, kind === 'json' ? (text) => dialect.yaml(text) : undefined);
  return big(into);
}

/** [line, values], as `helm template --set` has them. */
const TYPED: readonly (readonly [string, object])[] = [
  ['', {}],
  ['a=1', { a: 'int64:1' }],
  ['a=0', { a: 'int64:0' }],
  ['a=01', { a: '01' }],
  ['a=1.5', { a: '1.5' }],
  ['a=-5,b=+5', { a: 'int64:-5', b: 'int64:5' }],
  ['a=99999999999999999999', { a: '99999999999999999999' }],
  ['a=TRUE,b=False,c=Null,d=', { a: true, b: false, c: null, d: '' }],
  ['a.b.c=x', { a: { b: { c: 'x' } } }],
  ['a={x,1,true}', { a: ['x', 'int64:1', true] }],
  ['a={}', { a: [''] }],
  ['a={x},b=1', { a: ['x'], b: 'int64:1' }],
  ['a[0]=x,a[2]=z', { a: ['x', null, 'z'] }],
  ['a[0].b=1,a[0].c=2', { a: [{ b: 'int64:1', c: 'int64:2' }] }],
  ['a[0][1]=x', { a: [[null, 'x']] }],
  ['a\\.b=1', { 'a.b': 'int64:1' }],
  ['a=x\\,y', { a: 'x,y' }],
  ['a=b=c', { a: 'b=c' }],
  ['__proto__.x=1', { ['__proto__']: { x: 'int64:1' } }],
];

/** [line, what is wrong with it], in Helm's words. */
const WRONG: readonly (readonly [string, string])[] = [
  ['a', 'key "a" has no value'],
  ['a,b=1', 'key "a" has no value (cannot end with ,)'],
  ['a.=1', 'key map "a" has no value'],
  ['a={x', "list must terminate with '}'"],
  ['a[-1]=x', 'negative -1 index not allowed'],
  ['a[70000]=x', 'index of 70000 is greater than maximum supported index of 65536'],
  ['a[x]=1', 'error parsing index'],
  ['a[0]b=1', 'unexpected data at end of array index'],
  ['a=1,a.b=2', 'interface conversion'],
  [`${'a.'.repeat(31)}b=1`, 'value name nested level is greater than maximum supported nested level of 30'],
];

describe('--set', () => {
  for (const [line, expected] of TYPED)
    it(`reads ${JSON.stringify(line)}`, () => {
      expect(set(line)).to.deep.equal(expected);
    });
  for (const [line, message] of WRONG)
    it(`refuses ${JSON.stringify(line.slice(0, 20))}: ${message}`, () => {
      expect(() => set(line)).to.throw(message);
    });
  it('changes what is set already', () => {
    const values: HelmMap = new Map([['a', new Map([['b', 'old']])]]);
    expect(set('a.b=new,a.c=1', 'typed', values)).to.deep.equal({ a: { b: 'new', c: 'int64:1' } });
  });
  it('reads text as text, where it is --set-string', () => {
    expect(set('a=1,b=true,c={1,2}', 'text')).to.deep.equal({ a: '1', b: 'true', c: ['1', '2'] });
  });
  it('reads JSON between commas, where it is --set-json', () => {
    expect(set('a={"b": [1, "x,}"]},c=,d=2.5 ,e="q\\"," ', 'json')).to.deep.equal({
      a: { b: [1, 'x,}'] },
      c: null,
      d: 2.5,
      e: 'q",',
    });
  });
  it('takes everything as it is, where it is --set-literal', () => {
    expect(set('a.b=x,y={z}\\n', 'literal')).to.deep.equal({ a: { b: 'x,y={z}\\n' } });
  });
});
