import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  LEASES,
  NODES,
  PODS,
  SECRETS,
  SERVICES,
} from '../../../../src/kube/kinds/resources.data.ts';
import type { KubeObject } from '../../../../src/kube/values/types.ts';
import type { Disk } from '../../../../src/orchestrator/store/disk.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { asNode, configMap, pod, refusal, service } from '../notation.ts';

describe('writes', () => {
  const disk = { refuses: false };
  const wrap = (real: Disk): Disk => ({
    ...real,
    commit: async (rows, revision) => {
      if (disk.refuses) throw new Error('IO error: No space left on device');
      await real.commit(rows, revision);
    },
  });
  let server: TestApi<FakeClock>;
  let client: KubeClient;
  beforeEach(async () => {
    disk.refuses = false;
    server = await startTestApi({ wrap });
    client = server.client();
  });
  afterEach(() => server.dispose());

  const key = { namespace: 'default', name: 'a' };

  it('are refused with the cause when the disk is full; what was acknowledged stays readable; later they work again', async () => {
    const before = await client.create(CONFIG_MAPS, configMap('a'));
    disk.refuses = true;
    const refused = await refusal(client.create(CONFIG_MAPS, configMap('b')));
    expect(refused).to.match(/^ServiceUnavailable: nothing was written: .*No space left on device$/);
    expect(await client.get(CONFIG_MAPS, key)).to.equal(before);
    disk.refuses = false;
    await client.create(CONFIG_MAPS, configMap('b'));
  });

  it('raced by many, of one object with its version, are won by one', async () => {
    const first = await client.create(CONFIG_MAPS, configMap('a'));
    const updates = Array.from({ length: 10 }, (_, i) =>
      client.update(CONFIG_MAPS, { ...first, data: { i: `${i}` } }),
    );
    const outcomes = await Promise.allSettled(updates);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect(await refusal(updates[9] ?? Promise.resolve())).to.equal(
      'Conflict: Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  it('refused because of another one are refused only when that one can be read', async () => {
    const [first, second] = [1, 2].map(() => client.create(CONFIG_MAPS, configMap('a')));
    expect(await refusal(second ?? Promise.resolve())).to.match(/^AlreadyExists/);
    const read = await client.get(CONFIG_MAPS, key);
    expect(read).to.equal(await first);
    const [, late] = ['1', '2'].map((v) => client.update(CONFIG_MAPS, { ...read, data: { v } }));
    expect(await refusal(late ?? Promise.resolve())).to.match(/^Conflict/);
    expect((await client.get(CONFIG_MAPS, key)).data).to.deep.equal({ v: '1' });
  });

  it('survive a restart: objects, versions, addresses', async () => {
    const written = [
      await client.create(CONFIG_MAPS, configMap('a', { k: 'v' })),
      await client.create(SERVICES, service('web', { type: 'NodePort' })),
    ];
    server = await server.restart();
    client = server.client();
    expect(await client.get(CONFIG_MAPS, key)).to.deep.equal(written[0]);
    expect(await client.get(SERVICES, { namespace: 'default', name: 'web' })).to.deep.equal(written[1]);
    const next = await client.create(CONFIG_MAPS, configMap('b'));
    expect(Number(next.metadata.resourceVersion)).to.be.greaterThan(
      Number(written[1]?.metadata.resourceVersion),
    );
  });

  const malformed: readonly [string, KubeObject, string][] = [
    [
      'a pod without spec',
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } },
      'spec.containers: Required value',
    ],
    ['a pod without containers', { ...pod('a'), spec: {} }, 'spec.containers: Required value'],
    ['containers that are no list', { ...pod('a'), spec: { containers: 'x' } }, 'spec.containers'],
    ['containers that are null', { ...pod('a'), spec: { containers: null } }, 'spec.containers'],
    ['another kind', { ...pod('a'), kind: 'Node' }, 'does not match the expected kind'],
    ['another version', { ...pod('a'), apiVersion: 'v2' }, 'does not match the expected API version'],
    ['no name', { ...pod('a'), metadata: {} }, 'name or generateName is required'],
    [
      'a version on create',
      { ...pod('a'), metadata: { name: 'a', resourceVersion: '7' } },
      'should not be set',
    ],
  ];
  for (const [what, object, message] of malformed) {
    it(`of ${what} are refused by name`, async () => {
      const refused = await refusal(client.create(PODS, object, { namespace: 'default' }));
      expect(refused).to.match(/^(BadRequest|Invalid): /);
      expect(refused).to.include(message);
    });
  }

  it('of a service without spec are refused by name', async () => {
    const object = { apiVersion: 'v1', kind: 'Service', metadata: key };
    expect(await refusal(client.create(SERVICES, object))).to.include('spec.ports: Required value');
  });

  it('spell absence one way: null members and empty labels are not stored', async () => {
    const object = {
      ...configMap('a'),
      metadata: { ...key, labels: {}, annotations: {}, creationTimestamp: null },
      immutable: null,
    };
    const created = await client.create(CONFIG_MAPS, object);
    expect(created).not.to.have.property('immutable');
    expect(created.metadata).not.to.have.any.keys('labels', 'annotations');
  });

  it('of secrets keep no plain text', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: key,
      data: { a: 'YQ==' },
      stringData: { b: 'b' },
    };
    const created = await client.create(SECRETS, secret);
    expect(created.data).to.deep.equal({ a: 'YQ==', b: 'Yg==' });
    expect(created).not.to.have.property('stringData');
  });

  it('by PUT create a lease that is not there', async () => {
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: key,
      spec: { holderIdentity: 'me' },
    };
    expect((await client.update(LEASES, lease)).spec?.holderIdentity).to.equal('me');
  });

  it('to scale leave the other fields and count as a new generation', async () => {
    const labels = { app: 'a' };
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: pod('a').spec },
    };
    await client.create(DEPLOYMENTS, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: key, spec });
    const body = { spec: { replicas: 4 } };
    const scale = await client.patch(DEPLOYMENTS, key, { type: 'merge', body }, { subresource: 'scale' });
    expect(scale).to.deep.include({
      kind: 'Scale',
      spec: { replicas: 4 },
      status: { replicas: 0, selector: 'app=a' },
    });
    const scaled = await client.get(DEPLOYMENTS, key);
    expect([scaled.spec.replicas, scaled.metadata.generation]).to.deep.equal([4, 2]);
    expect(scaled.metadata.managedFields?.map((m) => m.subresource)).to.deep.equal([undefined, 'scale']);
  });

  it('of a node agent reach its own node and pods, and nothing else', async () => {
    const agent = asNode(client, 'n1');
    const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await agent.create(NODES, node('n1'));
    expect(await refusal(agent.create(NODES, node('n2')))).to.include('a node may only write itself');
    await client.create(PODS, pod('a', { nodeName: 'n1' }));
    await client.create(PODS, pod('b', { nodeName: 'n2' }));
    const running = { type: 'merge' as const, body: { status: { phase: 'Running' } } };
    const status = { subresource: 'status' };
    expect((await agent.patch(PODS, key, running, status)).status?.phase).to.equal('Running');
    expect(await refusal(agent.patch(PODS, { ...key, name: 'b' }, running, status))).to.include(
      'bound to it',
    );
    expect(await refusal(agent.delete(PODS, { ...key, name: 'b' }))).to.include('Forbidden');
    expect(await refusal(agent.patch(PODS, { ...key, name: 'gone' }, running, status))).to.include(
      'NotFound',
    );
  });
});
