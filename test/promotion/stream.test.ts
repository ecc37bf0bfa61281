import { expect } from 'chai';
import { LABELS } from '../../src/model/annotations.ts';
import { PILOTAGE_API_VERSION, PILOTAGE_NAMESPACE, RELEASES, type Release } from '../../src/model/types.ts';
import { promote } from '../../src/promotion/act/promote.ts';
import { createWorld, startController, type World } from './harness.ts';

const MINUTE = 60_000;

describe('pushes that come more often than a gate takes', () => {
  let world: World;
  let stop: (() => Promise<void>) | undefined;
  let number = 0;
  beforeEach(async () => {
    number = 0;
    world = await createWorld({ auto: true, gates: { healthy: 10 * MINUTE } });
    stop = startController(world.options);
  });
  afterEach(async () => {
    await stop?.();
    await world.dispose();
  });

  /** A release of dev, as sync would have recorded it. */
  const released = async (revision: string, result: NonNullable<Release['status']>['result']) => {
    const { tree } = await world.repository.commit(revision);
    number += 1;
    const created = await world.home.create<Release>(RELEASES, {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Release',
      metadata: {
        name: `shop.dev.${number}`,
        namespace: PILOTAGE_NAMESPACE,
        labels: { [LABELS.delivery]: 'shop', [LABELS.environment]: 'dev' },
      },
      spec: {
        ...{ delivery: 'shop', environment: 'dev', number, revision, tree, branch: 'main' },
        ...{ cause: 'commit', digest: '', manifests: '' },
      },
    });
    const finishedAt = new Date(world.clock.now()).toISOString();
    const status = { result, finishedAt };
    await world.home.update<Release>(RELEASES, { ...created, status }, { subresource: 'status' });
  };

  const breath = () => new Promise(setImmediate);
  /** The controller has written down what becomes of it. */
  const seen = async (revision: string) => {
    for (let n = 0; n < 3000; n++) {
      const { status } = await world.record(revision).catch(() => ({ status: undefined }));
      if (status?.phase) return;
      await breath();
    }
    throw new Error(`${revision} was never looked at`);
  };
  /** Pushes content to dev, where it runs well or fails, and is pushed over after `minutes`. */
  const push = async (content: string, minutes: number, isWell = true, message?: string) => {
    const revision = await world.push('main', { 'app.yaml': content }, message);
    await released(revision, isWell ? 'Healthy' : 'Failed');
    await world.deploys('dev', revision, isWell ? {} : { health: 'Degraded', phase: 'Failed' });
    await seen(revision);
    await world.clock.advance(minutes * MINUTE + 2000);
    return revision;
  };

  const onProd = async (): Promise<string | undefined> => {
    const tip = (await world.repository.branches()).prod;
    return tip && (await world.repository.commit(tip)).tree;
  };
  /** Waits until the branch carries this content; what it carries instead where it never does. */
  const reached = async (tree: string): Promise<string | undefined> => {
    for (let n = 0; n < 3000 && (await onProd()) !== tree; n++) await breath();
    return onProd();
  };
  const treeOf = async (revision: string) => (await world.repository.commit(revision)).tree;

  it('starve nothing: the newest that has had its ten minutes is promoted, again and again', async () => {
    const trees: string[] = [];
    for (let n = 0; n < 12; n++) {
      trees.push(await treeOf(await push(`v${n}`, 4)));
      // Pushed every four minutes, so that the one before the one before has had eight, and the one before that twelve.
      const due = trees[n - 2];
      if (due === undefined) expect(await onProd()).to.equal(undefined);
      else expect(trees.indexOf((await reached(due)) ?? '')).to.equal(n - 2);
    }
  });

  it('leave an older one superseded once a newer one is there', async () => {
    const first = await push('one', 4);
    expect((await world.record(first)).status?.phase).to.equal('Pending');
    const last = await push('two', 14);
    expect(await reached(await treeOf(last))).to.equal(await treeOf(last));
    for (let n = 0; n < 3000 && (await world.record(first)).status?.phase === 'Pending'; n++) await breath();
    expect((await world.record(first)).status?.phase).to.be.oneOf(['Merged', 'Superseded']);
  });

  it('are another matter by hand: who promotes means what the source runs now', async () => {
    await stop?.();
    stop = undefined;
    const runs = async (content: string, minutes: number): Promise<string> => {
      const revision = await world.push('main', { 'app.yaml': content });
      await released(revision, 'Healthy');
      await world.deploys('dev', revision);
      await world.clock.advance(minutes * MINUTE);
      return revision;
    };
    await runs('one', 14);
    const now = await runs('two', 4);
    const ann = { name: 'ann', groups: [], verified: true };
    const report = await promote(world.options, 'shop', 'prod', { dryRun: false }, ann);
    expect(report).to.include({ outcome: 'Waiting', revision: now });
    expect(await onProd()).to.equal(undefined);
  });

  it('start anew when one of them failed in the source', async () => {
    await push('one', 4);
    await push('broken', 4, false);
    const mended = await treeOf(await push('mended', 4));
    expect(await onProd()).to.equal(undefined);
    await world.clock.advance(7 * MINUTE);
    expect(await reached(mended)).to.equal(mended);
  });

  it('never bring what the source has reverted meanwhile', async () => {
    const base = await treeOf(await push('one', 14));
    expect(await reached(base)).to.equal(base);
    await push('bad', 4);
    const revert = await world.push('main', { 'app.yaml': 'one' }, 'Revert "bad"');
    await released(revert, 'Healthy');
    await world.deploys('dev', revert);
    await world.clock.advance(7 * MINUTE);
    for (let n = 0; n < 300; n++) await breath();
    expect(await onProd()).to.equal(base);
  });
});
