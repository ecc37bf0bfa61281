import { expect } from 'chai';
import { mergeGiven } from '../../../src/charts/helm/given.ts';
import { jsonOf } from '../../../src/charts/helm/values.ts';
import { goDialect } from '../../../src/render/helm/dialect.ts';

describe('values that are given to a chart', () => {
  it('are set where they were named, though another has been given the same JSON', () => {
    const given = { files: [], setJson: ['a={"b":1}', 'c={"b":1}'], set: ['a.b=2'] };
    const merged = mergeGiven(given, { dialect: goDialect, version: 4 }, () => '');
    expect(jsonOf(merged)).to.deep.equal({ a: { b: 2 }, c: { b: 1 } });
  });
});
