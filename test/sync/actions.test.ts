import { expect } from 'chai';
import type { Problem } from '../../src/base/errors.ts';
import { outcomeOf } from '../../src/model/outcome.ts';
import { createSyncActions } from '../../src/sync/actions.ts';
import { named } from '../fakes/user.ts';
import { cm, createHarness, dataOf } from './harness.ts';

describe('what people ask of sync', () => {
  let world: Awaited<ReturnType<typeof createHarness>>;
  let actions: ReturnType<typeof createSyncActions>;
  let unread: Problem | undefined;
  const read: string[] = [];
  beforeEach(async () => {
    world = await createHarness();
    actions = createSyncActions({
      home: world.home.client,
      sync: world.sync,
      repository: async () => world.git.repository,
      clock: world.clock,
      readBranches: async (delivery) => {
        read.push(delivery);
      },
      failureOf: () => unread,
    });
    read.length = 0;
    unread = undefined;
  });
  afterEach(() => world.stop());

  const dev = { delivery: 'shop', environment: 'dev' };
  const problemOf = (promise: Promise<unknown>): Promise<Problem> =>
    promise.then(
      () => ({ reason: 'NotRefused', message: '' }),
      (error: { problem: Problem }) => error.problem,
    );
  const one = { 'k8s/a.yaml': cm('a', { v: '1' }) };
  const two = { 'k8s/a.yaml': cm('a', { v: '2' }) };
  const ann = { name: 'ann', groups: [], verified: true };
  const dataNow = async () => dataOf(await world.live('ConfigMap', 'a'));

  it('reads the branches again when a sync is asked for', async () => {
    await world.push(one);
    await actions.sync(dev, {}, ann);
    expect(read).to.deep.equal(['shop']);
  });

  it('calls nothing Synced while branches cannot be taken in, and says why', async () => {
    await world.push(one);
    unread = { reason: 'ServiceUnavailable', message: 'the disk is full' };
    const { deliveries } = await actions.status();
    const seen = deliveries[0]?.environments[0];
    expect(seen?.sync).to.equal('Unknown');
    expect(seen?.message).to.equal(
      'its branches cannot be taken in, which is tried again by itself: the disk is full',
    );
    expect(outcomeOf(seen, {}).state).to.equal('waiting');
  });

  it('finds an environment without its delivery where only one has it', async () => {
    await world.push(one);
    expect((await actions.find({ delivery: '', environment: 'dev' })).spec.delivery).to.equal('shop');
  });

  it('asks which one is meant where several deliveries have it', async () => {
    await world.push(one);
    await world.sync.observed('web', { ...world.git.branches }, 'main', 'push');
    const problem = await problemOf(actions.find({ delivery: '', environment: 'dev' }));
    expect(problem).to.deep.include({ reason: 'Ambiguous', remedy: 'Say which: shop/dev, web/dev.' });
  });

  it('names the environments that there are when one is not', async () => {
    await world.push(one);
    const problem = await problemOf(actions.plan({ delivery: 'shop', environment: 'prod' }, {}));
    expect(problem).to.deep.include({ reason: 'NotFound', remedy: 'There are: shop/dev.' });
  });

  it('says what to do first when nothing is there at all', async () => {
    expect((await problemOf(actions.why(dev))).remedy).to.match(/push a repository/);
  });

  it('tells the state of everything', async () => {
    const revision = await world.push(one);
    const { deliveries } = await actions.status();
    expect(deliveries[0]).to.deep.include({ name: 'shop', source: 'hosted here' });
    expect(deliveries[0]?.environments[0]).to.deep.include({
      name: 'dev',
      branch: 'main',
      wantedRevision: revision,
      deployedRevision: revision,
      sync: 'Synced',
      health: 'Healthy',
    });
  });

  it('records the user of a push with the event, the environment and the release, and that of a rollback', async () => {
    const pushed = async (user: string, files: Record<string, string>) => {
      const tip = world.git.commit('main', files);
      const tips = { main: tip };
      await world.sync.observed('shop', { ...world.git.branches }, 'main', 'push', { user, tips });
      await world.settle();
    };
    const releases = async () => (await actions.history(dev)).map(({ number, by }) => `${number} ${by}`);
    await pushed('ann', one);
    await pushed('bob', two);
    expect(await releases()).to.deep.equal(['2 bob', '1 ann']);
    expect((await world.environment()).status?.wantedBy).to.equal('bob');
    const received = world.events.filter(({ stage }) => stage === 'received');
    expect(received.map(({ by }) => by)).to.deep.equal(['ann', 'bob']);
    expect(received[1]?.message).to.match(/^branch main at \w{12} → namespace shop-dev, by bob$/);
    await actions.rollback(dev, {}, named('carol'));
    await world.settle();
    expect((await releases())[0]).to.equal('3 carol');
  });

  it('knows no user of what nobody was seen to push: a poll, or another push that moved the branch on', async () => {
    const first = world.git.commit('main', one);
    await world.sync.observed('shop', { main: first }, 'main', 'push', {
      user: 'ann',
      tips: { main: first },
    });
    const second = world.git.commit('main', two);
    const late = { user: 'ann', tips: { main: first } };
    await world.sync.observed('shop', { main: second }, 'main', 'push', late);
    await world.settle();
    expect((await world.environment()).status).to.not.have.any.keys('wantedBy');
    expect((await actions.history(dev))[0]).to.not.have.any.keys('by');
  });

  it('plans another revision without pushing it', async () => {
    await world.push(one);
    const other = world.git.commit('feature', two);
    const plan = await actions.plan(dev, { revision: other });
    expect(plan).to.deep.include({ empty: false, summary: { update: 1 }, revision: other });
    expect((await actions.plan(dev, {})).empty).to.equal(true);
  });

  it('refuses a plan of a revision that does not exist, and one that does not render, with its place', async () => {
    await world.push(one);
    expect((await problemOf(actions.plan(dev, { revision: 'nowhere' }))).reason).to.equal('RevisionNotFound');
    const broken = world.git.commit('feature', { 'k8s/a.yaml': 'BROKEN', 'k8s/b.yaml': 'BROKEN' });
    const problem = await problemOf(actions.plan(dev, { revision: broken }));
    expect(problem.place).to.deep.equal({ file: 'k8s/a.yaml', line: 1 });
    expect(problem.details?.join()).to.contain('it is broken');
  });

  it('rolls back to the release before and says which that is', async () => {
    const first = await world.push(one);
    await world.push(two);
    const { message } = await actions.rollback(dev, {}, named('ann'));
    await world.settle();
    expect(message).to.contain(`goes back to release 1 (${first.slice(0, 7)})`);
    expect(await dataNow()).to.deep.equal({ v: '1' });
  });

  it('calls a release a rollback because of what was asked for, whatever reason a pin gives', async () => {
    const first = await world.push(one);
    await world.push(two);
    const causes = async () => (await actions.history(dev)).map(({ number, cause }) => `${number} ${cause}`);
    await actions.pin(dev, { revision: first, reason: 'rollback rehearsal' }, named('ann'));
    await world.settle();
    expect(await causes()).to.deep.equal(['3 pin', '2 commit', '1 commit']);
    await actions.unpin(dev);
    await world.settle();
    await actions.rollback(dev, { number: 1 }, named('ann'));
    await world.settle();
    expect((await causes())[0]).to.equal('5 rollback');
    await actions.pin(dev, { revision: 'main', reason: '' }, named(''));
    expect((await world.environment()).spec.pin).to.not.have.any.keys('release', 'by');
  });

  it('refuses to roll back to a release that is not kept', async () => {
    await world.push(one);
    expect((await problemOf(actions.rollback(dev, { number: 7 }, named('ann')))).reason).to.equal(
      'ReleaseNotFound',
    );
  });

  it('holds what is deployed whatever the branch says, until it is let go', async () => {
    const first = await world.push(one);
    await actions.pin(dev, { reason: 'freeze' }, named('ann'));
    await world.push(two);
    expect(await dataNow()).to.deep.equal({ v: '1' });
    expect((await actions.why(dev)).reasons[0]).to.deep.include({
      reason: 'Pinned',
      message: `It is held at ${first.slice(0, 7)} (freeze).`,
      remedy: 'pilotage pin shop/dev --off',
    });
    expect((await actions.unpin(dev)).message).to.contain('follows its branch main again');
    await world.settle();
    expect(await dataNow()).to.deep.equal({ v: '2' });
  });

  it('refuses to hold what does not exist or was never deployed, and to let go what is not held', async () => {
    const [pin, ann] = [{ reason: '' }, named('ann')];
    await world.push({ ...one, 'k8s/x.yaml': 'BROKEN' });
    expect((await problemOf(actions.pin(dev, pin, ann))).reason).to.equal('NothingDeployed');
    expect((await problemOf(actions.pin(dev, { ...pin, revision: 'nowhere' }, ann))).reason).to.equal(
      'NotFound',
    );
    expect((await problemOf(actions.unpin(dev))).reason).to.equal('NotPinned');
  });

  it('deploys a rewritten branch when exactly that tip is acknowledged', async () => {
    await world.push(one);
    const rewritten = await world.push(two, 'main', { rewritten: true });
    expect(await dataNow()).to.deep.equal({ v: '1' });
    expect((await actions.why(dev)).reasons[0]?.reason).to.equal('TipRewritten');
    await actions.sync(dev, { acknowledge: true }, ann);
    const [now] = (await actions.status()).deliveries.flatMap(({ environments }) => environments);
    expect(outcomeOf(now, {}).state, 'to whoever waits from now on').to.equal('waiting');
    await world.settle();
    expect((await world.environment()).status?.deployedRevision).to.equal(rewritten);
  });

  it('does not take an acknowledgement for the next rewrite', async () => {
    await world.push(one);
    await world.push(two, 'main', { rewritten: true });
    await actions.sync(dev, { acknowledge: true }, ann);
    await world.settle();
    await world.push({ 'k8s/a.yaml': cm('a', { v: '3' }) }, 'main', { rewritten: true });
    expect(await dataNow()).to.deep.equal({ v: '2' });
  });

  it('tells the history, newest first, with the one that stands', async () => {
    await world.push(one);
    await world.push(two);
    const history = await actions.history(dev);
    expect(history.map(({ number, current }) => [number, current])).to.deep.equal([
      [2, true],
      [1, false],
    ]);
  });

  it('finds nothing in the way of what is well', async () => {
    await world.push(one);
    expect((await actions.why(dev)).reasons).to.deep.equal([]);
  });

  it('tells why an environment stands still', async () => {
    await world.push(one);
    await world.push({ 'k8s/a.yaml': 'BROKEN' });
    const { reasons } = await actions.why(dev);
    expect(reasons.map(({ message }) => message).join('\n')).to.contain('it is broken');
  });

  describe('what templates made', () => {
    const made = { 'k8s/a.yaml': cm('a', { password: '${made randAlphaNum}', id: '${made uuidv4}' }) };
    const valuesNow = async () => (await dataNow()) as Record<string, string>;

    it('is listed with what holds it, as the answer to why does, without its value', async () => {
      await world.push(made);
      const reports = await actions.generated(dev);
      expect(reports.map((one) => [one.function, one.app, one.template, one.objects])).to.have.deep.members([
        ['randAlphaNum', 'shop', 'chart/a.yaml', ['ConfigMap/a']],
        ['uuidv4', 'shop', 'chart/a.yaml', ['ConfigMap/a']],
      ]);
      expect((await actions.why(dev)).generated).to.deep.equal(reports);
      const { password = '' } = await valuesNow();
      expect(JSON.stringify(reports)).not.to.contain(password);
    });

    it('is made anew where a person asks for it, and nothing else with it', async () => {
      await world.push(made);
      const before = await valuesNow();
      const [one] = (await actions.generated(dev)).filter((report) => report.function === 'randAlphaNum');
      expect(await actions.renew(dev, { names: [one?.name ?? ''] })).to.deep.equal({
        message: `shop/dev gets ${one?.name} anew.`,
      });
      await world.settle();
      const after = await valuesNow();
      expect(after.id).to.equal(before.id);
      expect(after.password)
        .to.match(/^[0-9a-f]{24}$/)
        .and.not.equal(before.password);
      await actions.renew(dev, { names: 'all' });
      await world.settle();
      expect((await valuesNow()).id).not.to.equal(before.id);
    });

    it('cannot be made anew by a name that there is not', async () => {
      await world.push(made);
      const { reason, message } = await problemOf(actions.renew(dev, { names: ['genCA-00000000'] }));
      expect([reason, message]).to.deep.equal([
        'NotFound',
        'Templates have made no genCA-00000000 for shop/dev.',
      ]);
    });
  });
});
