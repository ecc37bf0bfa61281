import { expect } from 'chai';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { StreamError } from '../../../../src/orchestrator/link/failure.ts';
import type { LinkRequest } from '../../../../src/orchestrator/link/requests.ts';
import type { LinkStream } from '../../../../src/orchestrator/link/stream.ts';
import { asker } from '../ask.ts';
import { type StreamWorld, startStreamWorld } from './world.ts';

const METRICS = '/apis/metrics.k8s.io/v1beta1';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/**
 * A node that works half of its time, and a pod that uses a tenth of a processor. Two seconds pass between any two samples, by the clock of
 * the node.
 */
function busyNode(): (request: LinkRequest, stream: LinkStream) => void {
  let at = 0;
  return (request, stream) => {
    at += 2_000;
    const isPod = request.type === 'stats';
    const used = { cpuNanoseconds: (at / 1000) * (isPod ? 1e8 : 5e8), memoryBytes: 10 * 1024 * 1024 };
    stream.end(isPod ? { at, containers: [{ container: 'main', processes: 1, ...used }] } : { at, ...used });
  };
}

describe('metrics.k8s.io', () => {
  let world: StreamWorld;
  const busy = busyNode();
  before(async () => {
    world = await startStreamWorld();
    const client = world.server.client();
    const pod = await client.get(PODS, { namespace: 'default', name: 'web' });
    await client.update(PODS, { ...pod, status: { phase: 'Running' } }, { subresource: 'status' });
  });
  after(() => world.close());

  async function get(path: string, accept = 'application/json') {
    const { code, text } = await asker(world.server).ask(`${METRICS}${path}`, { headers: { accept } });
    return { code, body: JSON.parse(text) };
  }

  it('says what the containers of a pod use, over the window between two samples', async () => {
    world.onRequest(busy);
    const { body } = await get('/namespaces/default/pods/web');
    expect(body).to.deep.include({
      kind: 'PodMetrics',
      apiVersion: 'metrics.k8s.io/v1beta1',
      window: '2s',
      containers: [{ name: 'main', usage: { cpu: '100000000n', memory: '10240Ki' } }],
    });
  });

  it('says what a node uses, and goes on from the sample of the last request', async () => {
    world.onRequest(busy);
    const first = await get('/nodes');
    expect(first.body.items).to.have.length(1);
    world.requests.length = 0;
    const { body } = await get('/nodes/n1');
    expect(body).to.deep.include({ kind: 'NodeMetrics', usage: { cpu: '500000000n', memory: '10240Ki' } });
    expect(world.requests).to.have.length(1);
  });

  it('prints a table, as metrics-server does', async () => {
    world.onRequest(busy);
    const { body } = await get('/pods', TABLE);
    expect(body.columnDefinitions).to.have.length(4);
    expect(body.rows[0].cells.slice(0, 3)).to.deep.equal(['web', '100000000n', '10240Ki']);
  });

  it('selects by what pods are called and labelled', async () => {
    world.onRequest(busy);
    const none = await get('/namespaces/default/pods?labelSelector=app%3Dother');
    expect(none.body).to.deep.include({ kind: 'PodMetricsList', items: [] });
    const refused = await get('/namespaces/default/pods?fieldSelector=spec.color%3Dred');
    expect(refused.code).to.equal(400);
  });

  it('tells clients in this process as well, who have to be allowed to ask', async () => {
    world.onRequest(busy);
    const pods = {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      plural: 'pods',
      kind: 'PodMetrics',
      namespaced: true,
    };
    const client = world.server.client();
    const { kind, items } = await client.list(pods, { namespace: 'default' });
    expect([kind, items.map(({ metadata }) => metadata.name)]).to.deep.equal(['PodMetricsList', ['web']]);
    expect(
      (await client.list(pods, { namespace: 'default', labelSelector: 'app=other' })).items,
    ).to.deep.equal([]);
    const stranger = client.as({ name: 'ann', groups: ['system:authenticated'] });
    const refused = await stranger
      .list(pods, { namespace: 'default' })
      .catch((error: Error) => error.message);
    expect(refused).to.contain('pods.metrics.k8s.io is forbidden');
  });

  it('does not know a pod that is not there, does not run, or whose node does not say', async () => {
    world.onRequest((_request, stream) => stream.reset(new StreamError('InternalError', 'no')));
    for (const name of ['web', 'other']) {
      const { code, body } = await get(`/namespaces/default/pods/${name}`);
      expect(code).to.equal(404);
      expect(body.message).to.equal(`pods.metrics.k8s.io "default/${name}" not found`);
    }
  });
});
