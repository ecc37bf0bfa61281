import { expect } from 'chai';
import type { Permission } from '../../../src/model/permission.ts';
import { createSyncActions } from '../../../src/sync/actions.ts';
import { cm, createHarness, dataOf } from '../harness.ts';

describe('a revision that waits for its gates', () => {
  const held: Permission = { type: 'held', message: 'abc waits for the gates of dev' };
  let permission: Permission;
  let asked: string[];
  let world: Awaited<ReturnType<typeof createHarness>>;
  beforeEach(async () => {
    [permission, asked] = [{ type: 'allowed' }, []];
    world = await createHarness({
      mayDeploy: async (_, revision) => {
        asked.push(revision);
        return permission;
      },
    });
  });
  afterEach(() => world.stop());

  const one = { 'k8s/a.yaml': cm('a', { v: '1' }) };
  const two = { 'k8s/a.yaml': cm('a', { v: '2' }) };
  const status = async () => (await world.environment()).status;
  const dataNow = async () => dataOf(await world.live('ConfigMap', 'a'));

  it('is not deployed, and what is deployed stays', async () => {
    const first = await world.push(one);
    permission = held;
    const second = await world.push(two);
    expect(await dataNow()).to.deep.equal({ v: '1' });
    expect(await status()).to.deep.include({
      wantedRevision: second,
      deployedRevision: first,
      sync: 'OutOfSync',
      phase: 'Waiting',
      health: 'Healthy',
      message: held.message,
    });
  });

  it('may be written anew: what never was deployed is missed by nobody', async () => {
    const first = await world.push(one);
    permission = held;
    await world.push(two);
    permission = { type: 'allowed' };
    world.git.branches.main = first;
    const signed = await world.push(two);
    expect(await status()).to.include({ wantedRevision: signed, deployedRevision: signed, phase: 'Idle' });
  });

  it('may not take back with it what is deployed', async () => {
    const first = await world.push(one);
    permission = held;
    await world.push(two);
    await world.push({ 'k8s/a.yaml': cm('a', { v: '3' }) }, 'main', { rewritten: true });
    expect((await status())?.conditions?.find(({ type }) => type === 'Held')?.reason).to.equal(
      'TipRewritten',
    );
    expect((await status())?.deployedRevision).to.equal(first);
  });

  it('is told to whoever pushed, once', async () => {
    await world.push(one);
    permission = held;
    await world.push(two);
    await world.settle(20_000);
    expect(world.said('held')).to.deep.equal([held.message]);
    expect(world.said('healthy')).to.have.length(1);
  });

  it('is deployed soon after they opened', async () => {
    await world.push(one);
    permission = held;
    const second = await world.push(two);
    permission = { type: 'allowed' };
    await world.settle(5_000);
    expect(await dataNow()).to.deep.equal({ v: '2' });
    expect(await status()).to.deep.include({ deployedRevision: second, sync: 'Synced', message: '' });
  });

  it('waits also where nothing is deployed yet', async () => {
    permission = held;
    await world.push(one);
    expect(await dataNow()).to.equal(undefined);
    expect(await status()).to.deep.include({ phase: 'Waiting', message: held.message });
    permission = { type: 'allowed' };
    await world.settle(5_000);
    expect(await dataNow()).to.deep.equal({ v: '1' });
  });

  it('does not keep drift of what is deployed from being healed', async () => {
    await world.push(one);
    permission = held;
    await world.push(two);
    await world.home.client.patch(
      (await world.home.client.resourceFor({ apiVersion: 'v1', kind: 'ConfigMap' })) ?? ({} as never),
      { namespace: 'shop-dev', name: 'a' },
      { type: 'merge', body: { data: { v: 'drift' } } },
      { fieldManager: 'kubectl' },
    );
    await world.settle(3_000);
    expect(await dataNow()).to.deep.equal({ v: '1' });
  });

  it('is why the environment stands still', async () => {
    await world.push(one);
    permission = held;
    await world.push(two);
    const { reasons } = await createSyncActions({
      home: world.home.client,
      sync: world.sync,
      repository: async () => world.git.repository,
      clock: world.clock,
      readBranches: async () => {},
      failureOf: () => undefined,
    }).why({ delivery: 'shop', environment: 'dev' });
    expect(reasons.map(({ message }) => message)).to.deep.equal([held.message]);
  });

  it('is superseded by a newer one that may pass', async () => {
    await world.push(one);
    permission = held;
    await world.push(two);
    permission = { type: 'allowed' };
    const third = await world.push({ 'k8s/a.yaml': cm('a', { v: '3' }) });
    expect((await status())?.deployedRevision).to.equal(third);
  });

  it('is not called back once it is deployed, and is asked of once', async () => {
    const first = await world.push(one);
    permission = held;
    await world.settle(600_000);
    expect((await status())?.sync).to.equal('Synced');
    expect(asked).to.deep.equal([first]);
  });

  it('says why when the gates cannot be asked, and is asked again', async () => {
    const fine = permission;
    permission = Promise.reject(new Error('git cannot be read')) as never;
    await world.push(one);
    expect(await status()).to.deep.include({ phase: 'Failed', message: 'git cannot be read' });
    permission = fine;
    await world.settle(10_000);
    expect(await status()).to.deep.include({ sync: 'Synced', message: '' });
  });

  it('that is let through with a word of warning carries it in its message', async () => {
    permission = { type: 'allowed', note: 'nobody has tested it' };
    await world.push(one);
    expect(await status()).to.deep.include({
      sync: 'Synced',
      health: 'Healthy',
      message: 'nobody has tested it',
    });
  });
});
