import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { serveRequest } from '../../../../src/orchestrator/node/link/handlers.ts';
import { createNodeServer } from '../../../../src/orchestrator/node/link/nodeserver.ts';
import type { PodRuntime } from '../../../../src/orchestrator/node/runtime/runtime.ts';
import { LOGS } from '../../link/pair.ts';
import { until } from '../../node/helpers.ts';
import { FAKE_PROGRAMS } from '../../node/runtime/fakeprograms.ts';
import { createFakeMachine } from '../../node/runtime/fakeruntime.ts';
import { containerSpec } from '../../node/runtime/notation.ts';
import { type Ask, askOf } from './ask.ts';
import { type StreamWorld, startStreamWorld } from './world.ts';

const NODE = '/api/v1/nodes/n1/proxy';
const POD: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: LOGS.pod,
  spec: { containers: [{ name: 'main' }] },
};
const { namespace, name, uid } = LOGS.pod;
const LOG = `${NODE}/containerLogs/${namespace}/${name}`;

describe('the proxy to nodes', () => {
  let world: StreamWorld;
  let ask: Ask;
  let logsRead = 0;
  before(async () => {
    world = await startStreamWorld();
    ask = askOf(world);
    const runtime = createFakeMachine().open();
    await runtime.runSandbox({
      pod: uid,
      namespace,
      name,
      hostname: name,
      hostNetwork: false,
      containers: ['main'],
      images: ['host'],
      volumesDir: '/nowhere',
    });
    await runtime.start(
      containerSpec({ pod: uid, container: 'main', attempt: 0 }, FAKE_PROGRAMS.prints('hello', 0)),
    );
    const pods = () => [POD];
    const nodeStats = () => ({ at: 1_000, cpuNanoseconds: 2_500_000_000, memoryBytes: 4096 });
    const counted: Pick<PodRuntime, 'attempts' | 'logs' | 'stats'> = {
      ...runtime,
      logs(...asked) {
        logsRead += 1;
        return runtime.logs(...asked);
      },
    };
    const serveHttp = createNodeServer({
      nodeName: 'n1',
      runtime: counted,
      pods,
      nodeStats,
      clock: systemClock,
    });
    world.onRequest((request, stream) =>
      serveRequest(request, stream, {
        runtime,
        podOf: () => POD,
        addressOf: () => undefined,
        nodeStats,
        serveHttp,
        logger: silentLogger,
      }),
    );
  });
  after(() => world.close());

  const message = async (path: string, method?: string) => {
    const { code, body } = await ask(path, method);
    return `${code} ${JSON.parse(body).message}`;
  };

  it('asks its agent how it is, by whatever name of it', async () => {
    for (const path of [`${NODE}/healthz`, '/api/v1/nodes/https:n1:10250/proxy/healthz/ping/'])
      expect(await ask(path), path).to.deep.include({ code: 200, body: 'ok' });
  });

  it('shows its pods, and what they and the machine use', async () => {
    const pods = JSON.parse((await ask(`${NODE}/pods`)).body);
    expect([pods.kind, pods.items]).to.deep.equal(['PodList', [POD]]);
    const summary = JSON.parse((await ask(`${NODE}/stats/summary`)).body);
    expect(summary.node.nodeName).to.equal('n1');
    expect(summary.node.memory.availableBytes).to.be.greaterThan(0);
    expect(summary.pods[0].podRef).to.deep.equal({ namespace, name, uid });
    const { headers, body } = await ask(`${NODE}/metrics/resource`);
    expect(headers['content-type']).to.contain('version=0.0.4');
    expect(body).to.contain(
      '# TYPE node_cpu_usage_seconds_total counter\nnode_cpu_usage_seconds_total 2.5 1000\n',
    );
    expect(body).to.contain(`pod_memory_working_set_bytes{namespace="${namespace}",pod="${name}"}`);
    expect(body).to.match(/\nresource_scrape_error 0\n$/);
  });

  it('reads the log of a container', async () => {
    expect((await ask(`${LOG}/main?tailLines=1`)).body).to.equal('hello\n');
  });

  it('answers HEAD of a log that is followed at once, without reading it', async () => {
    const before = logsRead;
    const { code, body, headers } = await ask(`${LOG}/main?follow=true`, 'HEAD');
    expect(logsRead).to.equal(before);
    expect([code, body, headers['content-type']]).to.deep.equal([200, '', 'text/plain']);
    expect(await message(`${LOG}/other?follow=true`)).to.contain('400 container other is not valid');
  });

  it('says what it does not serve, and what it cannot read', async () => {
    expect(await message(`${NODE}/exec/a`)).to.equal('404 the node does not serve /exec/a');
    expect(await message(`${NODE}/healthz`, 'POST')).to.equal('400 the node only answers GET at /healthz');
    expect(await message(`${NODE}/containerLogs/shop/gone/main`)).to.equal(
      '404 pod "gone" is not on this node',
    );
    expect(await message(`${LOG}/other`)).to.contain('400 container other is not valid for pod');
    expect(await message(`${LOG}/main?tailLines=x`)).to.equal('400 tailLines is no number');
    expect(await message(`${LOG}/main?sinceTime=x`)).to.equal('400 sinceTime is no time');
  });

  it('reaches no other port of the machine', async () => {
    expect(await message('/api/v1/nodes/n1:22/proxy/')).to.equal(
      '400 the proxy to nodes reaches their agents alone, not port 22',
    );
    expect(await message('/api/v1/nodes/gone/proxy/healthz')).to.equal('404 nodes "gone" not found');
  });

  it('says that a node is not connected', async () => {
    world.unlink();
    await until('the end of the link', async () => (await ask(`${NODE}/healthz`)).code !== 200);
    expect(await message(`${NODE}/healthz`)).to.equal(
      '503 cannot connect to proxy of node n1: node n1 is not connected',
    );
  });
});
