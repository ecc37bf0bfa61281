import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { KubeClient, LogOptions } from '../../src/kube/client/client.ts';
import {
  DEPLOYMENTS,
  EVENTS,
  NAMESPACES,
  NODES,
  PODS,
  SERVICES,
} from '../../src/kube/kinds/resources.data.ts';
import { remoteClient } from '../../src/kube/remote/remote.ts';
import { createNode, type PilotageNode, stopAllPods } from '../../src/orchestrator/node.ts';
import {
  createServedControlPlane,
  type ServedControlPlane,
} from '../../src/orchestrator/servedcontrolplane.ts';
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
  let plane: ServedControlPlane;
  let node: PilotageNode;
  let client: KubeClient;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cluster-'));
    plane = await createServedControlPlane({
      dataDir: dir,
      clock: systemClock,
      logger: silentLogger,
      serviceCidr: '127.208.0.0/16',
    });
    await plane.start();
    client = plane.client();
    const { host, port } = await plane.listen('127.0.0.1', 0);
    const url = `https://${host}:${port}`;
    const tls = plane.writeKubeconfig(join(dir, 'agent.kubeconfig'), url, { node: 'here' });
    node = createNode({
      client: await remoteClient({
        kubeconfig: { path: join(dir, 'agent.kubeconfig') },
        logger: silentLogger,
        clock: systemClock,
      }),
      nodeName: 'here',
      dir: join(dir, 'agent'),
      podCidr: '127.209.0.0/16',
      hostIP: '127.0.0.1',
      imageStoreDir: join(dir, 'images'),
      link: { url, tls },
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

  /** One request without any retry, on a fresh connection (`false`) or a kept one. */
  const ask = (url: string, agent: Agent | false): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = get(url, { agent }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece) => {
          text += piece;
        });
        answer.on('end', () => resolve(text));
        answer.on('error', reject);
      });
      request.on('error', reject);
    });

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
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const load = ([false, agent] as const).map(async (via) => {
      while (!isOver) await ask(url, via).catch((error: unknown) => failures.push(error));
    });
    await client.apply(DEPLOYMENTS, deployment('two'), { fieldManager: 'test' });
    await rolledOut(2);
    await until(
      'the end of the old pods',
      async () => (await client.list(PODS, { namespace: 'shop' })).items.length === 2,
    );
    isOver = true;
    await Promise.all(load);
    agent.destroy();
    expect(failures).to.deep.equal([]);
    expect(await (await fetch(url)).text()).to.match(/^two /);
  });

  it('takes the reason of a condition back when that is true', async () => {
    const { items } = await client.list(PODS, { namespace: 'shop' });
    const ready = items
      .flatMap(({ status }) => status?.conditions ?? [])
      .filter(({ type }) => type === 'Ready');
    expect(ready.length).to.be.greaterThan(0);
    for (const { status, reason, message } of ready)
      expect({ status, reason, message }).to.deep.equal({
        status: 'True',
        reason: undefined,
        message: undefined,
      });
  });

  it('tells the API of what happens to its pods as events', async () => {
    const { items } = await client.list(EVENTS, { namespace: 'shop' });
    expect(items.map((event) => event.reason))
      .to.include('Started')
      .and.include('Killing');
  });

  it('gives its logs to the API over the link: all, the last lines, with times, following to the end, and of the attempt before', async () => {
    const script =
      'echo one; echo two; [ -e "$0" ] && { sleep 0.5; echo three; exit 0; }; touch "$0"; exit 1';
    const key = { namespace: 'shop', name: 'talker' };
    await client.create(
      PODS,
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: key,
        spec: {
          restartPolicy: 'OnFailure',
          containers: [{ name: 'web', image: 'host', command: ['sh', '-c', script, join(dir, 'flag')] }],
        },
      },
      { namespace: 'shop' },
    );
    await until(
      'the restart',
      async () => (await client.get(PODS, key)).status?.containerStatuses?.[0]?.restartCount === 1,
    );
    const read = async (options: LogOptions) => {
      const pieces: Buffer[] = [];
      for await (const piece of await client.logs(key, options)) pieces.push(Buffer.from(piece));
      return Buffer.concat(pieces).toString();
    };
    expect(await read({ follow: true })).to.equal('one\ntwo\nthree\n');
    expect(await read({ tailLines: 1 })).to.equal('three\n');
    expect(await read({ previous: true })).to.equal('one\ntwo\n');
    expect(await read({ limitBytes: 5 })).to.equal('one\nt');
    const stamped = (await read({ timestamps: true })).trimEnd().split('\n');
    expect(stamped.map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{9}Z /, ''))).to.deep.equal([
      'one',
      'two',
      'three',
    ]);
    const [first = '', , last = ''] = stamped.map((line) => line.split(' ')[0]);
    expect(Date.parse(last) - Date.parse(first)).to.be.greaterThan(300);
    expect(await read({ sinceTime: last })).to.equal('three\n');
  });
});
