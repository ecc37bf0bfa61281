import { expect } from 'chai';
import type { Toleration } from '../../../../src/kube/kinds/objects.data.ts';
import { mergeTolerations } from '../../../../src/kube/kinds/podspec/tolerations.ts';

describe('two lists of tolerations as one', () => {
  const equal = (value: string): Toleration => ({
    key: 'a',
    operator: 'Equal',
    value,
    effect: 'NoSchedule',
  });
  const exists: Toleration = { key: 'a', operator: 'Exists', effect: 'NoSchedule' };
  const lasting = (tolerationSeconds: number): Toleration => ({
    key: 'a',
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds,
  });

  it('has each once, in the order of both', () => {
    expect(mergeTolerations([equal('x')], [equal('y'), equal('x')])).to.deep.equal([equal('x'), equal('y')]);
  });

  it('leaves out what another of them tolerates too, wherever that stands', () => {
    expect(mergeTolerations([equal('x')], [exists])).to.deep.equal([exists]);
    expect(mergeTolerations([exists], [equal('x')])).to.deep.equal([exists]);
    expect(mergeTolerations([exists, lasting(5)], [{ operator: 'Exists' }])).to.deep.equal([
      { operator: 'Exists' },
    ]);
  });

  it('keeps those that differ in key, in effect, or that last longer', () => {
    const other: Toleration = { key: 'b', operator: 'Exists', effect: 'NoSchedule' };
    const all = [exists, other, lasting(5)];
    expect(mergeTolerations(all, [])).to.deep.equal(all);
    expect(mergeTolerations([lasting(5)], [lasting(9)])).to.deep.equal([lasting(9)]);
  });
});
