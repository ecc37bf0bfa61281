import { expect } from 'chai';
import { lasting } from '../../src/health/lasting.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';

const thing = (generation: number): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'a', uid: 'u', generation },
});
const ILL = { state: 'Degraded', reason: 'Ready', message: 'condition Ready is False' } as const;

describe('a custom resource that says that it is ill', () => {
  it('is under way at first, with the reason: its controller may be starting', () => {
    const { verdict, leftMs } = lasting(ILL, thing(1), new Map(), 1_000);
    expect(verdict).to.include({ state: 'Progressing' });
    expect(verdict.message).to.match(/condition Ready is False, which counts as failed when it lasts 5 s/);
    expect(leftMs).to.equal(5_000);
  });
  it('is ill when that lasts', () => {
    const { seen } = lasting(ILL, thing(1), new Map(), 1_000);
    expect(lasting(ILL, thing(1), seen, 5_999).verdict.state).to.equal('Progressing');
    expect(lasting(ILL, thing(1), seen, 6_000)).to.include({ verdict: ILL, leftMs: 0 });
  });
  it('begins anew with a new spec: what is said first may be of the old one', () => {
    const { seen } = lasting(ILL, thing(1), new Map(), 0);
    expect(lasting(ILL, thing(2), seen, 60_000).leftMs).to.equal(5_000);
  });
  it('begins anew when it was well between', () => {
    const { seen } = lasting(ILL, thing(1), new Map(), 0);
    const well = lasting({ state: 'Healthy' }, thing(1), seen, 1_000);
    expect(well).to.deep.include({ verdict: { state: 'Healthy' }, leftMs: 0 });
    expect(lasting(ILL, thing(1), well.seen, 9_000).leftMs).to.equal(5_000);
  });
});
