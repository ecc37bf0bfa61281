import { expect } from 'chai';
import type { Problem } from '../../../../src/base/errors.ts';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import { CONFIG_MAPS, DEPLOYMENTS, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { configMap, pod, refusal } from '../notation.ts';

describe('a disk that is nearly full', () => {
  const LACK = {
    reason: 'InsufficientStorage',
    message: 'the disk of /data has 3 MiB left',
    remedy: 'Make room.',
  };
  let lack: Problem | undefined;
  let server: TestApi<FakeClock>;
  let client: KubeClient;
  beforeEach(async () => {
    lack = undefined;
    server = await startTestApi({ lacksRoom: () => lack });
    client = server.client();
  });
  afterEach(() => server.dispose());

  const key = { namespace: 'default', name: 'a' };
  const REFUSED = 'InsufficientStorage: the disk of /data has 3 MiB left → Make room.';
  const large = { data: { text: 'x'.repeat(5_000) } };

  it('takes no new object and none that grows, says why, and takes them again once there is room', async () => {
    await client.create(CONFIG_MAPS, configMap('a'));
    lack = LACK;
    expect(await refusal(client.create(CONFIG_MAPS, configMap('b')))).to.equal(REFUSED);
    expect(await refusal(client.patch(CONFIG_MAPS, key, { type: 'merge', body: large }))).to.equal(REFUSED);
    const applied = { ...configMap('c'), ...large };
    expect(await refusal(client.apply(CONFIG_MAPS, applied, { fieldManager: 'me' }))).to.equal(REFUSED);
    lack = undefined;
    await client.create(CONFIG_MAPS, configMap('b'));
    await client.patch(CONFIG_MAPS, key, { type: 'merge', body: large });
  });

  it('takes deletions, and what releases the finalizer of one', async () => {
    const held = configMap('a');
    await client.create(CONFIG_MAPS, {
      ...held,
      metadata: { ...held.metadata, finalizers: ['example.com/hold'] },
    });
    await client.create(CONFIG_MAPS, configMap('b'));
    lack = LACK;
    await client.delete(CONFIG_MAPS, { namespace: 'default', name: 'b' });
    await client.delete(CONFIG_MAPS, key);
    expect((await client.get(CONFIG_MAPS, key)).metadata.deletionTimestamp).to.not.equal(undefined);
    await client.patch(CONFIG_MAPS, key, { type: 'merge', body: { metadata: { finalizers: null } } });
    const left = await client.list(CONFIG_MAPS, { namespace: 'default' });
    expect(left.items.map(({ metadata }) => metadata.name)).to.not.include.members(['a', 'b']);
  });

  it('takes statuses, however long, and a change of a few words: what stops a program is such a change', async () => {
    await client.create(PODS, pod('a'));
    const template = {
      metadata: { labels: { app: 'a' } },
      spec: { containers: [{ name: 'main', image: 'host' }] },
    };
    await client.create(DEPLOYMENTS, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a', namespace: 'default' },
      spec: { replicas: 1, selector: { matchLabels: { app: 'a' } }, template },
    });
    lack = LACK;
    const status = { status: { message: 'x'.repeat(5_000) } };
    await client.patch(PODS, key, { type: 'merge', body: status }, { subresource: 'status' });
    await client.patch(DEPLOYMENTS, key, { type: 'merge', body: { spec: { replicas: 0 } } });
    expect((await client.get(DEPLOYMENTS, key)).spec.replicas).to.equal(0);
  });
});
