import { expect } from 'chai';
import { ProblemError } from '../../src/base/errors.ts';
import { overridesOf } from '../../src/cli/workingtreecommand.ts';

describe('--set', () => {
  it('nests by dots and types numbers, booleans and null', () => {
    expect(overridesOf(['a.b=1', 'a.c=true', 'd=null', 'e=01', 'f='])).to.deep.equal({
      a: { b: 1, c: true },
      d: null,
      e: '01',
      f: '',
    });
  });

  it('lets a later setting replace what an earlier one put in its way', () => {
    expect(overridesOf(['a=1', 'a.b=2', 'c.d=1', 'c=2'])).to.deep.equal({ a: { b: 2 }, c: 2 });
  });

  it('takes the names of built-in members as text', () => {
    expect(overridesOf(['a=constructor', 'b=toString'])).to.deep.equal({ a: 'constructor', b: 'toString' });
  });

  it('reaches no prototype: __proto__ is a key like any other', () => {
    const overrides = overridesOf(['__proto__.polluted=1', 'a.__proto__=2']);
    expect(Object.keys(overrides)).to.deep.equal(['__proto__', 'a']);
    expect(Object.keys(overrides.a as object)).to.deep.equal(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
  });

  for (const setting of ['a', '=1', 'a..b=1', '.a=1', 'a.=1']) {
    it(`refuses ${setting}`, () => {
      expect(() => overridesOf([setting])).to.throw(ProblemError, 'path=value');
    });
  }
});
