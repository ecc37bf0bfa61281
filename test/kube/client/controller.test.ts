import { expect } from 'chai';
import { type Logger, silentLogger } from '../../../src/base/log.ts';
import { createController, watch } from '../../../src/kube/client/controller.ts';
import { createInformer } from '../../../src/kube/client/informer.ts';
import type { ConfigMap } from '../../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS, SECRETS } from '../../../src/kube/kinds/resources.data.ts';
import { statusError } from '../../../src/kube/values/status.ts';
import { FakeClock, settle } from '../../fakes/clock.ts';
import { ListWatchServer } from '../../fakes/listwatch.ts';

const map = (name: string, owner = name): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'n', labels: { owner } },
});

function setUp(fail: (key: string) => Error | undefined = () => undefined) {
  const server = new ListWatchServer();
  const clock = new FakeClock();
  const stop = new AbortController();
  const options = { client: server.client(), clock, logger: silentLogger };
  const maps = createInformer({ ...options, resource: CONFIG_MAPS });
  const secrets = createInformer({ ...options, resource: SECRETS });
  const reconciled: string[] = [];
  const errors: object[] = [];
  const logger: Logger = {
    ...silentLogger,
    error: (fields) => void errors.push(fields),
    child: () => logger,
  };
  const controller = createController({
    name: 'test',
    clock,
    logger,
    watches: [watch(maps, (object) => [object.metadata.labels?.owner ?? '']), watch(secrets, () => [])],
    baseDelayMs: 100,
    async reconcile(key) {
      reconciled.push(key);
      const error = fail(key);
      if (error) throw error;
      return undefined;
    },
  });
  return { server, clock, stop, reconciled, errors, controller, start: () => controller.start(stop.signal) };
}

describe('controller', () => {
  it('reconciles nothing before all of its caches have their first list', async () => {
    const { server, clock, reconciled, start } = setUp();
    server.put(map('a'));
    server.down();
    start();
    await settle();
    expect(reconciled).to.deep.equal([]);
    server.up();
    await clock.advance(10_000);
    expect(reconciled).to.deep.equal(['a']);
  });

  it('reconciles the owner before a change and the one after it', async () => {
    const { server, reconciled, start } = setUp();
    server.put(map('a', 'old'));
    start();
    await settle();
    reconciled.length = 0;
    server.put(map('a', 'new'));
    await settle();
    expect(reconciled.sort()).to.deep.equal(['new', 'old']);
  });

  it('logs a failure with key and wait, and comes back; a first conflict is not logged', async () => {
    const { clock, reconciled, errors, controller, start } = setUp((key) =>
      key === 'stale' ? statusError('Conflict', 'modified') : new Error('broken'),
    );
    start();
    await settle();
    controller.enqueue('bad');
    controller.enqueue('stale');
    await clock.advance(100);
    expect(reconciled).to.deep.equal(['bad', 'stale', 'bad', 'stale']);
    expect(errors).to.deep.equal([
      { key: 'bad', failures: 1, retryMs: 100, error: 'broken' },
      { key: 'bad', failures: 2, retryMs: 200, error: 'broken' },
    ]);
  });

  it('stops with the signal', async () => {
    const { server, clock, stop, reconciled, controller, start } = setUp();
    start();
    await settle();
    stop.abort();
    await controller.stop();
    server.put(map('a'));
    controller.enqueue('b');
    await clock.advance(60_000);
    expect(reconciled).to.deep.equal([]);
    expect(controller.size).to.equal(0);
  });
});
