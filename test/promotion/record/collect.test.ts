import { expect } from 'chai';
import type { Environment, Promotion } from '../../../src/model/types.ts';
import { collectable, KEPT } from '../../../src/promotion/record/collect.ts';

type Status = NonNullable<Promotion['status']>;

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

/** The promotion of the revision `r<n>`, whose tree is `t<n>` and whose merge `m<n>`, made in the minute n. */
const promotion = (n: number, phase: Status['phase'], more: Partial<Status> = {}): Promotion => ({
  apiVersion: 'pilotage.dev/v1alpha1',
  kind: 'Promotion',
  metadata: { name: `shop.prod.r${n}`, creationTimestamp: at(n) },
  spec: { delivery: 'shop', from: 'dev', to: 'prod', revision: `r${n}`, tree: `t${n}` },
  status: { phase, ...(phase === 'Merged' ? { mergeCommit: `m${n}`, mergedAt: at(n) } : {}), ...more },
});
const many = (count: number, phase: Status['phase'], more: Partial<Status> = {}, from = 0) =>
  Array.from({ length: count }, (_, n) => promotion(from + n, phase, more));
const target = (status: object, spec: object = {}): Environment =>
  ({ spec, status }) as unknown as Environment;
const collected = (promotions: readonly Promotion[], environment?: Environment): readonly string[] =>
  collectable(promotions, environment).map(({ spec }) => spec.revision);

describe('the collection of promotions', () => {
  it('keeps the newest that were merged, and the newest that were superseded', () => {
    const merged = many(KEPT.Merged + 2, 'Merged');
    expect(collected(merged)).to.have.members(['r0', 'r1']);
    const superseded = many(KEPT.Superseded + 1, 'Superseded', {}, 1_000);
    expect(collected([...merged, ...superseded])).to.have.members(['r0', 'r1', 'r1000']);
  });

  it('keeps whatever is open, however much that is', () => {
    const open = [...many(200, 'Pending'), ...many(200, 'Refused', {}, 200)];
    const { status: _status, ...unjudged } = promotion(400, 'Pending');
    expect(collected([...open, unjudged])).to.deep.equal([]);
  });

  it('keeps far more rejections, for they outlive the history that they were read from', () => {
    const rejected = many(KEPT.Rejected + 1, 'Rejected', { rejectedBy: 'c' });
    expect(collected(rejected)).to.deep.equal(['r0']);
    expect(
      collected([promotion(0, 'Merged', { rejectedBy: 'c' }), ...many(50, 'Superseded', {}, 1)]),
    ).to.not.include('r0');
  });

  it('keeps the record of what the environment runs, wants or is pinned to', () => {
    const merged = many(KEPT.Merged + 5, 'Merged');
    const status = { wantedRevision: 'm0', deployedRevision: 'm1', deployedTree: 't2' };
    expect(collected(merged, target(status, { pin: { revision: 'r3' } }))).to.deep.equal(['r4']);
  });

  it('keeps what it would keep of an environment that is gone: it may come back', () => {
    expect(collected(many(KEPT.Merged + 1, 'Merged'), undefined)).to.deep.equal(['r0']);
  });

  it('goes by the time of the merge, not by when somebody first asked for it', () => {
    const late = promotion(0, 'Merged', { mergedAt: at(9_999) });
    expect(collected([late, ...many(KEPT.Merged, 'Merged', {}, 1)])).to.deep.equal(['r1']);
  });

  it('goes by the time of the revert, not by when somebody wrote it down', () => {
    const written = promotion(9_999, 'Rejected', { rejectedBy: 'c', rejectedAt: at(0) });
    const reverted = Array.from({ length: KEPT.Rejected }, (_, n) =>
      promotion(n + 1, 'Rejected', { rejectedBy: 'c', rejectedAt: at(n + 1) }),
    );
    expect(collected([written, ...reverted])).to.deep.equal(['r9999']);
  });
});
