import { expect } from 'chai';
import { type Condition, replaceCondition, transition } from '../../../src/kube/values/condition.ts';

const BEFORE = '2026-01-01T00:00:00Z';
const AFTER = Date.parse('2026-01-01T00:05:00Z');

describe('a condition', () => {
  const before: readonly Condition[] = [
    { type: 'Ready', status: 'False', reason: 'Starts', lastTransitionTime: BEFORE },
    { type: 'Held', status: 'True', lastTransitionTime: BEFORE },
  ];

  it('keeps its transition time while its status stays, whatever its reason', () => {
    const next = transition({ type: 'Ready', status: 'False', reason: 'Crashes' }, before, AFTER);
    expect(next).to.deep.equal({
      type: 'Ready',
      status: 'False',
      reason: 'Crashes',
      lastTransitionTime: BEFORE,
    });
  });

  it('gets a new one with another status, and when it is new or has none', () => {
    const now = '2026-01-01T00:05:00Z';
    expect(transition({ type: 'Ready', status: 'True' }, before, AFTER).lastTransitionTime).to.equal(now);
    expect(transition({ type: 'Ready', status: 'True' }, undefined, AFTER).lastTransitionTime).to.equal(now);
    const timeless: readonly Condition[] = [{ type: 'Ready', status: 'True' }];
    expect(transition({ type: 'Ready', status: 'True' }, timeless, AFTER).lastTransitionTime).to.equal(now);
  });

  it('takes the place of the one of its type and leaves the others alone', () => {
    const after = replaceCondition(before, { type: 'Ready', status: 'True' }, AFTER);
    expect(after.map(({ type, status }) => `${type}=${status}`)).to.deep.equal(['Held=True', 'Ready=True']);
  });
});
