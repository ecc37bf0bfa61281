import { expect } from 'chai';
import { sleep } from '../../src/base/clock.ts';
import { deferred } from '../../src/base/deferred.ts';
import { ok } from '../../src/base/errors.ts';
import { settle } from '../fakes/clock.ts';
import { built, cm, createHarness } from './harness.ts';

const MINUTE = 60_000;
const FILES = { 'k8s/a.yaml': cm('a'), 'app/x': '1' };

describe('the time that a pass has', () => {
  const world = async (buildMinutes: number, held?: Promise<void>) => {
    let builds = 0;
    const harness = await createHarness({
      buildImages: async () =>
        ok(
          built({}, async (_, signal) => {
            builds++;
            await sleep(harness.clock, buildMinutes * MINUTE, signal);
            return ok({});
          }),
        ),
    });
    harness.home.beforeWrite = async (write) => {
      if (write === 'apply ConfigMap shop-dev/a') await held;
    };
    await harness.push({ ...FILES, 'pilotage.yaml': PILOTAGE });
    return { ...harness, builds: () => builds };
  };
  const PILOTAGE = [
    'apiVersion: pilotage.dev/v1alpha1',
    'kind: Delivery',
    'metadata: {name: shop}',
    'spec:',
    '  environments: [{name: dev, branch: main}]',
    '  images: {web: {path: app}}',
    '  apps: [{name: app, path: k8s}]',
  ].join('\n');

  it('does not count what a build takes, which has a deadline of its own', async () => {
    const { clock, builds, environment, stop } = await world(29);
    for (let i = 0; i < 30; i++) await clock.advance(MINUTE);
    expect((await environment()).status).to.include({ phase: 'Idle', sync: 'Synced' });
    expect(builds()).to.equal(1);
    await stop();
  });

  it('is said when it is over, and a later pass goes on', async () => {
    const held = deferred();
    const { clock, environment, home, said, stop } = await world(0, held.promise);
    for (let i = 0; i < 11; i++) await clock.advance(MINUTE);
    held.reject(new Error('the request was called off'));
    await settle();
    expect(said('failed')[0]).to.contain('within 10 minutes').and.contain('See that the cluster answers');
    home.beforeWrite = async () => {};
    await clock.advance(MINUTE);
    expect((await environment()).status).to.include({ phase: 'Idle', sync: 'Synced' });
    await stop();
  });
});
