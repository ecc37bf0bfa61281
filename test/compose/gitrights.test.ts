import { expect } from 'chai';
import { createGitRights, type GitRights } from '../../src/compose/gitrights.ts';
import { type OpenRepository, openRepository } from '../../src/git/repository.ts';
import {
  DELIVERIES,
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
} from '../../src/model/types.ts';
import { TOKEN_HOLDER, type User } from '../../src/model/user.ts';
import { drop, scratch } from '../git/support/git.ts';
import { commit } from '../git/support/history.ts';
import { createIdentityWorld, type IdentityWorld } from '../identity/harness.ts';

const TIP = 'a'.repeat(40);
const UNPROMOTED = { reason: 'PromotionRequired', message: 'promote' };

describe('rights in the git host', () => {
  let world: IdentityWorld;
  let rights: GitRights;
  let eve: User;
  let dir: string;
  let pushed: OpenRepository;
  before(async () => {
    dir = scratch();
    pushed = await openRepository(`${dir}/pushed.git`, { create: true });
    world = await createIdentityWorld();
    rights = createGitRights({
      home: world.admin,
      identity: world.parts.home,
      access: world.access,
      refuseUnpromoted: async (_delivery, branch) => (branch === 'prod' ? UNPROMOTED : undefined),
    });
    eve = await world.user('eve');
    await world.grant('standard-user', ['eve']);
  });
  after(async () => {
    pushed.close();
    drop(dir);
    await world.dispose();
  });

  /** Each request has a user object of its own. */
  const asks = (user: User, repository: string, exists = false) =>
    rights.admits({ ...user }, { repository, service: 'git-receive-pack', exists });

  /** Pushes the first branch; resolves with the reason of the refusal. */
  async function pushFirst(user: User, delivery: string, branch = 'main', fails = false) {
    const principal = { ...user };
    const ref = { branch, from: null, to: TIP };
    const problem = await rights.policy(delivery, ref, { descends: true, isFirst: true, principal, pushed });
    if (!problem && !fails) await rights.pushed(delivery, principal);
    return problem?.reason;
  }

  const administrators = async (delivery: string) =>
    (await world.actions.listGrants(TOKEN_HOLDER))
      .filter(({ role, deliveries }) => role === 'admin' && deliveries?.includes(delivery))
      .flatMap(({ subjects }) => subjects.map(({ name }) => name));

  it('let nobody push what has to be promoted, an administrator no more than others', async () => {
    expect(await pushFirst(TOKEN_HOLDER, 'shelf', 'prod')).to.equal('PromotionRequired');
    expect(await pushFirst(eve, 'shelf', 'prod')).to.equal('PromotionRequired');
    expect(await pushFirst(TOKEN_HOLDER, 'shelf', 'dev')).to.equal(undefined);
  });

  it('let the branch of a preview be rewritten, as if it had none', async () => {
    await world.environment('loft', 'preview-x');
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'loft.preview-x' };
    const { branch } = (await world.admin.get(ENVIRONMENTS, key)).spec;
    const ref = { branch, from: 'b'.repeat(40), to: TIP };
    const facts = { descends: false, isFirst: false, principal: { ...TOKEN_HOLDER }, pushed };
    expect((await rights.policy('loft', ref, facts))?.reason).to.equal('RewriteRefused');
    const preview = {
      ...{ slug: 'x', base: 'dev', secrets: [], quota: { cpu: '1', memory: '1Gi', pods: 1 }, ttlSeconds: 60 },
      ...{ activeAt: '2026-12-01T12:00:00Z', usedAt: '2026-12-01T12:00:00Z' },
    };
    const body = { spec: { preview } };
    await world.admin.patch(ENVIRONMENTS, key, { type: 'merge', body }, { fieldManager: 'test' });
    expect(await rights.policy('loft', ref, facts)).to.equal(undefined);
  });

  describe('of the branch of an environment that was deleted', () => {
    let was: string;
    let isRunning: string;
    before(async () => {
      was = await commit(pushed, { a: '1' });
      isRunning = await commit(pushed, { a: '2' }, [was]);
      await world.environment('bay', 'dev');
      const key = { namespace: PILOTAGE_NAMESPACE, name: 'bay.dev' };
      const object: Environment = await world.admin.get(ENVIRONMENTS, key);
      const status = {
        sync: 'Synced',
        phase: 'Idle',
        health: 'Healthy',
        wantedRevision: isRunning,
        ...object.status,
      } as const;
      await world.admin.update(ENVIRONMENTS, { ...object, status }, { subresource: 'status' });
    });
    const bringsBack = async (to: string, principal: User = TOKEN_HOLDER) => {
      const ref = { branch: 'dev', from: null, to };
      return rights.policy('bay', ref, { descends: true, isFirst: false, principal, pushed });
    };

    it('let it come back where it was, or further on', async () => {
      expect(await bringsBack(isRunning)).to.equal(undefined);
      expect(await bringsBack(await commit(pushed, { a: '3' }, [isRunning]))).to.equal(undefined);
    });

    it('let it not come back with another history, an administrator no more than others', async () => {
      const dan = await world.user('daniela');
      await world.grant('developer', ['daniela'], { deliveries: ['bay'] });
      await world.until(async () => (await asks(dan, 'bay', true)) === undefined);
      const other = await commit(pushed, { a: 'other' });
      for (const [to, user] of [
        [other, TOKEN_HOLDER],
        [other, dan],
        [was, dan],
      ] as const) {
        const problem = await bringsBack(to, user);
        expect(problem?.reason).to.equal('RewriteRefused');
        expect(problem?.message).to.contain(`bay/dev was at ${isRunning.slice(0, 7)}`);
        expect(problem?.remedy).to.contain(`${isRunning}:refs/heads/dev`);
      }
    });

    it('leave to the environment what a repository that was made anew brings', async () => {
      const anew = await openRepository(`${dir}/anew.git`, { create: true });
      const to = await commit(anew, { a: 'anew' });
      const facts = { descends: true, isFirst: false, principal: TOKEN_HOLDER, pushed: anew };
      expect(await rights.policy('bay', { branch: 'dev', from: null, to }, facts)).to.equal(undefined);
      anew.close();
    });
  });

  it('give a delivery to who makes it', async () => {
    expect(await asks(eve, 'web')).to.equal(undefined);
    expect(await pushFirst(eve, 'web')).to.equal(undefined);
    expect(await administrators('web')).to.deep.equal(['eve']);
  });

  it('give nothing for a push that failed, whoever makes the delivery after it', async () => {
    expect(await pushFirst(eve, 'api', 'main', true)).to.equal(undefined);
    expect(await pushFirst(TOKEN_HOLDER, 'api')).to.equal(undefined);
    expect(await administrators('api')).to.deep.equal([]);
  });

  it('are not had by making the repository of a delivery that there is', async () => {
    await world.admin.create(DELIVERIES, {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Delivery',
      metadata: { name: 'pay', namespace: PILOTAGE_NAMESPACE },
      spec: { repository: { type: 'remote', url: 'https://git.example.com/pay.git' } },
    });
    expect(await asks(eve, 'pay')).to.include({ reason: 'Forbidden' });
    expect(await pushFirst(eve, 'pay')).to.equal('Forbidden');
    expect(await administrators('pay')).to.deep.equal([]);
  });

  it('do not grow with a push into a repository that is empty again', async () => {
    const dan = await world.user('dan');
    await world.environment('shop', 'dev');
    await world.grant('developer', ['dan'], { deliveries: ['shop'] });
    await world.until(async () => (await asks(dan, 'shop', true)) === undefined);
    expect(await pushFirst(dan, 'shop', 'dev')).to.equal(undefined);
    expect(await pushFirst(eve, 'shop', 'other')).to.equal('Forbidden');
    expect(await administrators('shop')).to.deep.equal([]);
  });
});
