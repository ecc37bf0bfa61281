import { expect } from 'chai';
import type { SuccessPolicyRule } from '../../../../src/kube/kinds/objects.data.ts';
import { parseIndexes } from '../../../../src/orchestrator/controllers/job/intervals.ts';
import { metSuccessPolicy } from '../../../../src/orchestrator/controllers/job/successpolicy.ts';
import { indexed } from './notation.ts';

describe('the successPolicy of a Job', () => {
  const met = (succeeded: string, ...rules: SuccessPolicyRule[]) =>
    metSuccessPolicy(indexed(10, { successPolicy: { rules } }), parseIndexes(succeeded, 10));

  it('is met by a number of indexes', () => {
    expect(met('0-1', { succeededCount: 3 })).to.equal(undefined);
    expect(met('0-2', { succeededCount: 3 })).to.equal('Matched rules at index 0');
  });

  it('is met by the indexes that it names, or by enough of them', () => {
    expect(met('0-2,5', { succeededIndexes: '1-2,5' })).to.equal('Matched rules at index 0');
    expect(met('0-2', { succeededIndexes: '1-2,5' })).to.equal(undefined);
    expect(met('0-2', { succeededIndexes: '1-2,5', succeededCount: 2 })).to.equal('Matched rules at index 0');
    expect(met('0,9', { succeededIndexes: '1-2,5', succeededCount: 1 })).to.equal(undefined);
  });

  it('names the first rule that is met', () => {
    expect(met('3', { succeededCount: 4 }, { succeededIndexes: '3' })).to.equal('Matched rules at index 1');
  });

  it('is never met while nothing has succeeded', () => {
    expect(met('', { succeededCount: 0 })).to.equal(undefined);
    expect(metSuccessPolicy(indexed(10), parseIndexes('0-9', 10))).to.equal(undefined);
  });
});
