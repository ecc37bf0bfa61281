import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { DEPLOYMENTS, EVENTS, NAMESPACES, NODES, PODS, SERVICES } from '../../src/kube/resources.ts';
import { type ControlPlane, createControlPlane } from '../../src/orchestrator/controlplane.ts';
import { createNode, type PilotageNode, stopAllPods } from '../../src/orchestrator/node.ts';
import { until } from './node/helpers.ts';

const SERVER = `
const http = require('http');
let closing = false;
const server = http.createServer((req, res) => {
  if (closing) res.setHeader('Connection', 'close');
  res.end(process.env.VERSION + ' ' + process.pid);
});
server.listen(process.env.PORT, process.env.HOST);
process.on('SIGTERM', () => { closing = true; setTimeout(() => { server.close(() => process.exit(0)); server.closeIdleConnections(); }, 300); });`;

describe('a node in the built-in cluster', function () {
  this.timeout(30_000);
  let dir: string;
  let plane: ControlPlane;
  let node: PilotageNode;
  let client: KubeClient;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cluster-'));
    plane = await createControlPlane({
      dataDir: dir,
      clock: systemClock,
      logger: silentLogger,
      serviceCidr: '127.208.0.0/16',
    });
    await plane.start();
    client = plane.client();
    node = createNode({
      client: plane.client({ name: 'system:node:here', groups: ['system:nodes', 'system:authenticated'] }),
      nodeName: 'here',
      dir: join(dir, 'agent'),
      podCidr: '127.209.0.0/16',
      imageStoreDir: join(dir, 'images'),
      link: { url: 'http://127.0.0.1:1' },
      hostEnvironment: { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin` },
      clock: systemClock,
      logger: silentLogger,
    });
    await node.start();
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  });

  after(async () => {
    await node?.stop();
    await plane?.stop();
    await stopAllPods(join(dir, 'agent'), { graceMs: 0 });
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });

  const deployment = (version: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'host',
              command: ['node', '-e', SERVER],
              env: [{ name: 'VERSION', value: version }],
              ports: [{ name: 'http', containerPort: 8080 }],
              readinessProbe: { httpGet: { port: 'http' }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  });
  const rolledOut = (revision: number) =>
    until(
      'the rollout',
      async () => {
        const { metadata, status } = await client.get(DEPLOYMENTS, { namespace: 'shop', name: 'web' });
        const isSeen = status?.observedGeneration === metadata.generation && metadata.generation === revision;
        return (
          isSeen && status?.updatedReplicas === 2 && status.availableReplicas === 2 && status.replicas === 2
        );
      },
      15_000,
    );

  it('is scheduled on, rolls out, and serves through the cluster IP without a failed request during a rolling update', async () => {
    await until('the node', async () => (await client.list(NODES)).items[0]?.status?.conditions?.length);
    await client.apply(DEPLOYMENTS, deployment('one'), { fieldManager: 'test' });
    const service = await client.create(
      SERVICES,
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { selector: { app: 'web' }, ports: [{ port: 8080, targetPort: 'http' }] },
      },
      { namespace: 'shop' },
    );
    await rolledOut(1);
    const url = `http://${(service as { spec: { clusterIP?: string } }).spec.clusterIP}:8080/`;
    await until('an answer', () =>
      fetch(url).then(
        (answer) => answer.ok,
        () => false,
      ),
    );

    const failures: unknown[] = [];
    let isOver = false;
    const load = (async () => {
      while (!isOver)
        await fetch(url, { headers: { connection: 'close' } })
          .then((answer) => answer.text())
          .catch((error) => failures.push(error));
    })();
    await client.apply(DEPLOYMENTS, deployment('two'), { fieldManager: 'test' });
    await rolledOut(2);
    await until(
      'the end of the old pods',
      async () => (await client.list(PODS, { namespace: 'shop' })).items.length === 2,
    );
    isOver = true;
    await load;
    expect(failures).to.deep.equal([]);
    expect(await (await fetch(url)).text()).to.match(/^two /);
  });

  it('tells the API of what happens to its pods as events', async () => {
    const { items } = await client.list(EVENTS, { namespace: 'shop' });
    expect(items.map((event) => event.reason))
      .to.include('Started')
      .and.include('Killing');
  });
});
