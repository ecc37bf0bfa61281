import { expect } from 'chai';
import { type Remainder, remainingConditions } from '../../../src/orchestrator/controllers/namespace.ts';
import { NOW } from './notation.ts';

describe('namespace', () => {
  it('says what remains and which finalizers it waits for, once', () => {
    const remainders: readonly Remainder[] = [
      { resource: 'configmaps', count: 2, finalizers: { 'example.com/hold': 1 } },
      { resource: 'pods', count: 1, finalizers: {} },
    ];
    const conditions = remainingConditions([], remainders, NOW);
    expect(conditions.map(({ message }) => message)).to.deep.equal([
      'Some resources are remaining: configmaps has 2 resource instances, pods has 1 resource instances',
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ]);
    expect(remainingConditions(conditions, remainders, NOW + 60_000)).to.deep.equal(conditions);
  });
});
