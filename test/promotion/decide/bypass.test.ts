import { expect } from 'chai';
import { ANNOTATIONS } from '../../../src/model/annotations.ts';
import type { Environment, PromotionPolicy } from '../../../src/model/types.ts';
import { bypassedBy } from '../../../src/promotion/decide/bypass.ts';
import { addEnvironment, createWorld } from '../harness.ts';

const BY_HAND: PromotionPolicy = { from: 'dev', auto: false, gates: {} };
const UNASKED: PromotionPolicy = { from: 'dev', auto: true, gates: {} };

/** An environment on the branch prod, made at this second. */
function on(name: string, second: number, promotionPolicy?: PromotionPolicy, movedAt?: number): Environment {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString();
  return {
    apiVersion: 'pilotage.dev/v1alpha1',
    kind: 'Environment',
    metadata: {
      uid: name,
      creationTimestamp: at(second),
      ...(movedAt === undefined ? {} : { annotations: { [ANNOTATIONS.branchSince]: at(movedAt) } }),
    },
    spec: { delivery: 'shop', environment: name, branch: 'prod', path: '', namespace: `shop-${name}` },
    status: {
      sync: 'Synced',
      phase: 'Idle',
      health: 'Healthy',
      ...(promotionPolicy ? { promotionPolicy } : {}),
    },
  };
}
const passed = (target: Environment, ...others: readonly Environment[]) =>
  bypassedBy(target, [target, ...others]).map(({ spec }) => spec.environment);

describe('a promotion to the branch of another environment', () => {
  it('is refused where it would go round what leads there, before anything is pushed', async () => {
    const world = await createWorld();
    try {
      await world.ships({ 'app.yaml': 'one' });
      await world.promote();
      await world.clock.advance(60_000);
      await addEnvironment(world.home, 'x', 'prod', UNASKED);
      await world.ships({ 'app.yaml': 'evil' });
      const { outcome, problems } = await world.promote({ to: 'x' });
      expect(outcome).to.equal('Refused');
      expect(problems.map(({ reason }) => reason)).to.deep.equal(['BranchShared']);
      expect(problems[0]?.message).to.contain('prod is the branch of shop/prod too');
      expect(world.published).to.deep.equal(['prod']);
    } finally {
      await world.dispose();
    }
  });

  it('goes round one that nothing is promoted to, and one that is promoted by hand', () => {
    expect(passed(on('x', 2, UNASKED), on('prod', 1))).to.deep.equal(['prod']);
    expect(passed(on('x', 2, UNASKED), on('prod', 1, BY_HAND))).to.deep.equal(['prod']);
  });

  it('goes round nothing where it asks for as much', () => {
    expect(passed(on('x', 2, BY_HAND), on('prod', 1, UNASKED))).to.deep.equal([]);
    expect(passed(on('x', 2, { ...BY_HAND, gates: { approvals: 1 } }), on('prod', 1, BY_HAND))).to.be.empty;
  });

  it('is not stopped by whoever came to the branch later, however old it is', () => {
    expect(passed(on('prod', 1, UNASKED), on('x', 2))).to.deep.equal([]);
    expect(passed(on('prod', 2, UNASKED), on('x', 1, undefined, 3))).to.deep.equal([]);
    expect(passed(on('x', 1, UNASKED, 3), on('prod', 2))).to.deep.equal(['prod']);
  });

  it('knows who came first within one second, and takes what one look has made for equals', () => {
    const prod = on('prod', 1, BY_HAND, 1.1);
    expect(passed(on('x', 1, UNASKED, 1.4), prod)).to.deep.equal(['prod']);
    expect(passed(prod, on('x', 1, UNASKED, 1.4))).to.deep.equal([]);
    expect(passed(prod, on('mirror', 1, undefined, 1.1))).to.deep.equal([]);
  });
});
