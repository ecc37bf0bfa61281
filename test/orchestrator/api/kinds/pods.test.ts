import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import type { NodeConnection } from '../../../../src/orchestrator/api/types.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { pod, refusal } from '../notation.ts';

const web = { namespace: 'default', name: 'web' };

describe('pods', () => {
  const asked: unknown[] = [];
  const connection: NodeConnection = {
    read: async (request) => {
      asked.push(request);
      return Readable.from(['hello\n']);
    },
    open: () => Promise.reject(new Error('nothing opens a stream here')),
    ask: () => Promise.reject(new Error('nothing asks here')),
  };
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  beforeEach(async () => {
    plane = await startTestApi({ nodeConnections: (node) => (node === 'n1' ? connection : undefined) });
    client = plane.client();
  });
  afterEach(() => plane.dispose());

  const bind = (node: string) =>
    client.create(
      PODS,
      { apiVersion: 'v1', kind: 'Binding', metadata: web, target: { kind: 'Node', name: node } },
      { subresource: 'binding' },
    );

  it('begin Pending, with a quality of service and five minutes of patience for a lost node', async () => {
    const created = await client.create(PODS, pod('web'));
    expect(created.status).to.deep.equal({ phase: 'Pending', qosClass: 'BestEffort' });
    expect(created.spec.tolerations?.map((t) => [t.key, t.tolerationSeconds])).to.deep.equal([
      ['node.kubernetes.io/not-ready', 300],
      ['node.kubernetes.io/unreachable', 300],
    ]);
  });

  const qualities: readonly [string, NonNullable<Pod['spec']['containers'][0]['resources']>][] = [
    ['BestEffort', {}],
    ['Burstable', { requests: { cpu: '100m' } }],
    ['Burstable', { requests: { cpu: 1, memory: '1Gi' }, limits: { cpu: 2, memory: '1Gi' } }],
    ['Guaranteed', { limits: { cpu: '1000m', memory: '1Gi' }, requests: { cpu: 1 } }],
  ];
  for (const [quality, resources] of qualities) {
    it(`are ${quality} with ${JSON.stringify(resources)}`, async () => {
      const containers = [{ name: 'main', image: 'host', resources }];
      const created = await client.create(PODS, pod('web', { containers }));
      expect(created.status?.qosClass).to.equal(quality);
    });
  }

  it('are bound once', async () => {
    await client.create(PODS, pod('web'));
    await bind('n1');
    const bound = await client.get(PODS, web);
    expect(bound.spec.nodeName).to.equal('n1');
    expect(bound.status?.conditions?.map((c) => [c.type, c.status])).to.deep.equal([
      ['PodScheduled', 'True'],
    ]);
    expect(await refusal(bind('n2'))).to.include('pod web is already assigned to node "n1"');
  });

  it('keep their grace period on a node, which may be shortened but not lengthened', async () => {
    await client.create(PODS, pod('web', { terminationGracePeriodSeconds: 20, nodeName: 'n1' }));
    const marked = await client.delete(PODS, web);
    expect(marked.metadata).to.include({
      deletionTimestamp: '2026-01-01T00:00:20Z',
      deletionGracePeriodSeconds: 20,
    });
    await client.delete(PODS, web, { gracePeriodSeconds: 60 });
    expect((await client.get(PODS, web)).metadata.deletionGracePeriodSeconds).to.equal(20);
    await client.delete(PODS, web, { gracePeriodSeconds: 5 });
    expect((await client.get(PODS, web)).metadata.deletionTimestamp).to.equal('2026-01-01T00:00:05Z');
    const gone = await client.delete(PODS, web, { gracePeriodSeconds: 0 });
    expect(gone).to.include({ kind: 'Status', status: 'Success' });
  });

  it('go at once when their work is over', async () => {
    await client.create(PODS, pod('web', { nodeName: 'n1' }));
    const body = { status: { phase: 'Succeeded' } };
    await client.patch(PODS, web, { type: 'merge', body }, { subresource: 'status' });
    expect((await client.delete(PODS, web)).kind).to.equal('Status');
  });

  it('can be evicted', async () => {
    await client.create(PODS, pod('web'));
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: web };
    await client.create(PODS, eviction, { subresource: 'eviction' });
    expect(await refusal(client.get(PODS, web))).to.equal('NotFound: pods "web" not found');
  });

  describe('logs', () => {
    it('come from the node that runs the pod', async () => {
      const { metadata } = await client.create(PODS, pod('web', { nodeName: 'n1' }));
      const options = { follow: true, tailLines: 3, sinceSeconds: 60 };
      expect(await text(await client.logs(web, options))).to.equal('hello\n');
      expect(asked.at(-1)).to.deep.equal({
        type: 'logs',
        pod: { ...web, uid: metadata.uid },
        container: 'main',
        follow: true,
        previous: false,
        timestamps: false,
        tailLines: 3,
        sinceTime: '2025-12-31T23:59:00Z',
      });
    });

    it('say which node is not connected', async () => {
      await client.create(PODS, pod('web', { nodeName: 'n2' }));
      expect(await refusal(client.logs(web))).to.equal(
        'ServiceUnavailable: cannot read the log of pod web: node n2 is not connected',
      );
    });

    it('need the name of a container where there are several', async () => {
      const containers = ['a', 'b'].map((name) => ({ name, image: 'host' }));
      await client.create(PODS, pod('web', { containers, nodeName: 'n1' }));
      expect(await refusal(client.logs(web))).to.include('choose one of: [a b]');
      expect(await refusal(client.logs(web, { container: 'c' }))).to.include(
        'container c is not valid for pod web',
      );
    });
  });
});
