import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE, type PromotionPolicy } from '../../../src/model/types.ts';
import { createPromotionActions } from '../../../src/promotion/actions.ts';
import { permit } from '../../../src/promotion/permit/permit.ts';
import { createPromotionCache } from '../../../src/promotion/record/cache.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { commit } from '../../git/support/history.ts';
import { createWorld, type World } from '../harness.ts';

describe('what stands on the branch of an environment', () => {
  let world: World;
  const begin = async (gates: PromotionPolicy['gates']) => {
    world = await createWorld({ gates });
  };
  afterEach(() => world.dispose());

  const asked = async (revision: string, environment = 'prod') =>
    permit(world.options, await environmentOf(world.home, 'shop', environment), revision);
  const messageOf = async (revision: string) => {
    const permission = await asked(revision);
    return permission.type === 'held' ? permission.message : 'not held';
  };

  it('may be deployed where no promotion leads', async () => {
    await begin({ approvals: 1 });
    const revision = await world.ships({ 'app.yaml': 'one' });
    expect(await asked(revision, 'dev')).to.deep.equal({ type: 'allowed' });
  });

  it('may be deployed when a promotion of ours brought it, also when its source has moved on since', async () => {
    await begin({ approvals: 1 });
    await world.ships({ 'app.yaml': 'one' });
    await world.approve('bob');
    await world.promote();
    await world.ships({ 'app.yaml': 'two' });
    expect(await asked((await world.tip()).oid)).to.deep.equal({ type: 'allowed' });
  });

  it('may be deployed from the moment that it is pushed', async () => {
    await begin({ approvals: 1 });
    await world.ships({ 'app.yaml': 'one' });
    await world.approve('bob');
    const answers: unknown[] = [];
    const { publish } = world.options;
    Object.assign(world.options, {
      publish: async (...args: Parameters<typeof publish>) => {
        answers.push(await asked(args[0].oid));
        return publish(...args);
      },
    });
    await world.promote();
    expect(answers).to.deep.equal([{ type: 'allowed' }]);
  });

  it('is judged without a list of all promotions or releases, and still from the moment that it is pushed', async () => {
    await begin({ approvals: 1 });
    const stopping = new AbortController();
    const promotions = createPromotionCache(world.options);
    promotions.informer.start(stopping.signal);
    await promotions.informer.synced;
    const listed: string[] = [];
    const list: KubeClient['list'] = (resource, options) => {
      listed.push(resource.plural);
      return world.home.list(resource, options);
    };
    const answers: unknown[] = [];
    const { publish } = world.options;
    Object.assign(world.options, {
      promotions,
      releases: () => [],
      home: Object.create(world.home, { list: { value: list } }),
      publish: async (...args: Parameters<typeof publish>) => {
        answers.push(await asked(args[0].oid));
        return publish(...args);
      },
    });
    await world.ships({ 'app.yaml': 'one' });
    await world.approve('bob');
    await world.promote();
    expect(answers).to.deep.equal([{ type: 'allowed' }]);
    await world.ships({ 'app.yaml': 'two' });
    const squash = await world.push('prod', { 'app.yaml': 'two' });
    expect(await messageOf(squash)).to.contain('approvals: 0 of 1');
    expect(listed).not.to.include('promotions');
    expect(listed).not.to.include('releases');
    stopping.abort();
  });

  it('waits for the gates when a person merged or squashed it by hand', async () => {
    await begin({ approvals: 1 });
    await world.ships({ 'app.yaml': 'one' });
    const squash = await world.push('prod', { 'app.yaml': 'one' });
    expect(await messageOf(squash)).to.match(/waits on its branch for the gates of prod\. approvals: 0 of 1/);
  });

  it('is let go by the approval that was missing, which can be given although nothing is left to merge', async () => {
    await begin({ approvals: 1 });
    await world.ships({ 'app.yaml': 'one' });
    const squash = await world.push('prod', { 'app.yaml': 'one' });
    const { gatesTo } = createPromotionActions(world.options);
    const { gates: told } = await gatesTo(await environmentOf(world.home, 'shop', 'prod'));
    expect(told.map(({ gate, state }) => `${gate} ${state}`)).to.deep.equal([
      'healthy Passed',
      'approvals Waiting',
    ]);
    expect((await world.approve('bob')).gates.map(({ state }) => state)).to.deep.equal(['Passed', 'Passed']);
    expect(await asked(squash)).to.deep.equal({ type: 'allowed' });
  });

  it('waits by hand as long as its source must be healthy', async () => {
    await begin({ healthy: 60_000 });
    await world.ships({ 'app.yaml': 'one' });
    const squash = await world.push('prod', { 'app.yaml': 'one' });
    expect(await messageOf(squash)).to.contain('must be healthy for 1m');
    await world.clock.advance(60_000);
    expect(await asked(squash)).to.deep.equal({ type: 'allowed' });
  });

  it('waits although its source has only just got the same, and runs something older', async () => {
    await begin({});
    await world.ships({ 'app.yaml': 'one' });
    await world.push('main', { 'app.yaml': 'two' });
    const merge = await world.push('prod', { 'app.yaml': 'two' });
    expect(await messageOf(merge)).to.contain('shop/dev is on its way to');
  });

  it('waits where its source does not exist yet, for nobody knows what it is', async () => {
    await begin({});
    await world.ships({ 'app.yaml': 'one' });
    await world.home.delete(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE, name: 'shop.dev' });
    expect(await messageOf(await world.push('prod', { 'app.yaml': 'one' }))).to.contain(
      'There is no shop/dev yet',
    );
  });

  it('that its source has left behind says what to bring instead', async () => {
    await begin({ healthy: 60_000 });
    await world.ships({ 'app.yaml': 'one' });
    const merge = await world.push('prod', { 'app.yaml': 'one' });
    const second = await world.ships({ 'app.yaml': 'two' });
    expect(await messageOf(merge)).to.contain(
      `shop/dev runs ${second.slice(0, 7)} by now; to bring that: pilotage promote shop/prod`,
    );
  });

  it('does not pass for ours because its message says so', async () => {
    await begin({ approvals: 1 });
    const revision = await world.ships({ 'app.yaml': 'one' });
    const message = `Promote\n\nPilotage-Promotes: dev@${revision}\n`;
    expect((await asked(await world.push('prod', { 'app.yaml': 'one' }, message))).type).to.equal('held');
  });

  it('does not pass for ours because it was seen on the branch', async () => {
    await begin({ approvals: 1 });
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    const squash = await world.push('prod', { 'app.yaml': 'one' });
    await world.promote();
    expect((await asked(squash)).type).to.equal('held');
  });

  it('may be a hotfix where the file names no gate, which is said to be untested', async () => {
    await begin({});
    await world.ships({ 'app.yaml': 'one' });
    const hotfix = await world.push('prod', { 'app.yaml': 'hotfix' });
    expect(await asked(hotfix)).to.deep.equal({
      type: 'allowed',
      note: `${hotfix.slice(0, 7)} was pushed here directly: shop/dev has not tested it`,
    });
  });

  it('may be a revert to what was deployed here before', async () => {
    await begin({ approvals: 1 });
    await world.ships({ 'app.yaml': 'one' });
    await world.approve('bob');
    await world.promote();
    await world.released((await world.tip()).oid);
    await world.push('prod', { 'app.yaml': 'hotfix' });
    const revert = await world.push('prod', { 'app.yaml': 'one' });
    await world.ships({ 'app.yaml': 'two' });
    expect((await asked(revert)).type).to.equal('allowed');
  });

  it('is no revert where an older file would bring its gates back', async () => {
    await begin({ approvals: 1 });
    const one = await world.ships({ 'app.yaml': 'one', 'pilotage.yaml': 'no gates' });
    await world.released(one);
    const two = await world.ships({ 'app.yaml': 'one', 'pilotage.yaml': 'gates' });
    await world.released(two);
    const back = await world.push('prod', { 'app.yaml': 'one', 'pilotage.yaml': 'no gates' });
    expect(await messageOf(back)).to.contain('0 of 1 approvals');
  });

  it('is no revert because its content stood on the branch, where nobody let it through', async () => {
    await begin({ approvals: 1 });
    await world.ships({ 'app.yaml': 'one' });
    await world.push('prod', { 'app.yaml': 'evil' });
    await world.push('prod', { 'app.yaml': 'one' });
    expect((await asked(await world.push('prod', { 'app.yaml': 'evil' }))).type).to.equal('held');
  });

  it('is no revert because a pin held its content here', async () => {
    await begin({ approvals: 1 });
    await world.ships({ 'app.yaml': 'one' });
    const evil = await world.push('prod', { 'app.yaml': 'evil' });
    await world.released(evil, 'pin');
    expect((await asked(await world.push('prod', { 'app.yaml': 'evil' }))).type).to.equal('held');
  });

  for (const gates of [{ approvals: 2 }, { healthy: 1_000 }] as PromotionPolicy['gates'][]) {
    it(`waits when it was pushed there directly and the gates are ${JSON.stringify(gates)}`, async () => {
      await begin(gates);
      await world.ships({ 'app.yaml': 'one' });
      const hotfix = await world.push('prod', { 'app.yaml': 'hotfix' });
      await world.clock.advance(60_000);
      const message = await messageOf(hotfix);
      expect(message).to.contain(
        `${hotfix.slice(0, 7)} was pushed to prod directly, shop/dev has not tested it`,
      );
      expect(message).to.contain(`pilotage approve shop/prod --revision ${hotfix.slice(0, 12)}`);
      expect(message).to.contain('pilotage promote shop/prod');
      await world.approve('bob');
      await world.approve('cyd');
      expect(await asked(hotfix)).to.deep.equal({ type: 'allowed' });
    });
  }

  it('waits for somebody else than whoever pushed it there', async () => {
    await begin({ approvals: 1 });
    await world.ships({ 'app.yaml': 'one' });
    const hotfix = await world.push('prod', { 'app.yaml': 'hotfix' });
    expect((await world.approve('ada')).gates[0]?.reason).to.contain('ada’s own approval does not count');
    expect((await asked(hotfix)).type).to.equal('held');
    expect((await world.approve('bob')).outcome).to.equal('Allowed');
    expect((await asked(hotfix)).type).to.equal('allowed');
  });

  it('waits for somebody else than the user who pushed it, whoever wrote it', async () => {
    await begin({ approvals: 1 });
    await world.ships({ 'app.yaml': 'one' });
    const hotfix = await world.push('prod', { 'app.yaml': 'hotfix' });
    world.pushedBy('eve', hotfix);
    expect((await world.approve('eve')).gates[0]?.reason).to.contain('a pusher of what it brings');
    expect((await asked(hotfix)).type).to.equal('held');
  });

  it('is no promotion because a side branch of its source had its content, which never stood on the source itself', async () => {
    await begin({ healthy: 1_000 });
    const first = await world.ships({ 'app.yaml': 'one' });
    const side = await commit(world.repository, { 'app.yaml': 'evil' }, [first]);
    const merge = await commit(world.repository, { 'app.yaml': 'two' }, [first, side]);
    await world.repository.moveBranch('main', merge, first);
    const evil = await world.push('prod', { 'app.yaml': 'evil' });
    expect(await messageOf(evil)).to.contain('was pushed to prod directly, shop/dev has not tested it');
  });

  it('waits behind a gate that nobody can open', async () => {
    world = await createWorld({ unsupportedGates: ['weather'] });
    await world.ships({ 'app.yaml': 'one' });
    const hotfix = await world.push('prod', { 'app.yaml': 'hotfix' });
    await world.approve('bob');
    expect(await messageOf(hotfix)).to.contain('The gate "weather" is not supported');
  });

  it('waits while its repository is not here', async () => {
    await begin({ approvals: 1 });
    const revision = await world.ships({ 'app.yaml': 'one' });
    Object.assign(world.options, { repository: async () => undefined });
    expect(await messageOf(revision)).to.contain('The repository of shop is not here yet');
  });
});
