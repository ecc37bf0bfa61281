import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { DEPLOYMENTS, NODES, PODS, SERVICES } from '../../src/kube/kinds/resources.data.ts';
import { eventually, fetchText, Pilotage, withApi } from './harness.ts';
import { JoinedNode } from './joined.ts';

/** Answers with its pod and its node; `Connection: close`, so that each request finds a pod anew. */
const SERVER = `
const answer = process.env.HOSTNAME + ' ' + process.env.NODE;
require('http').createServer((q, s) => { s.setHeader('Connection', 'close'); s.end(answer); })
  .listen(process.env.PORT, process.env.HOST, () => console.log('up on ' + process.env.NODE));`;
const labels = { app: 'web' };
const web = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'web',
            image: 'host',
            command: ['node', '-e', SERVER],
            env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
            ports: [{ containerPort: 8080 }],
          },
        ],
      },
    },
  },
});

describe('e2e: a second node', function () {
  this.timeout(120_000);
  let pilotage: Pilotage;
  let b: JoinedNode;

  before(async () => {
    pilotage = await Pilotage.start();
    b = await JoinedNode.join(pilotage, 'b');
  });
  after(async () => {
    await b?.down();
    await pilotage?.stop();
  });

  const api = <T>(use: Parameters<typeof withApi<T>>[1]) => withApi(pilotage.ready.kubeconfig, use);
  const pods = () => api(async (client) => (await client.list(PODS, { namespace: 'default' })).items);
  const podsOn = async (node: string) =>
    (await pods()).filter(({ spec, metadata }) => spec.nodeName === node && !metadata.deletionTimestamp);
  const isRolledOut = (replicas: number) =>
    eventually(`${replicas} pods are available`, () =>
      api(async (client) => {
        const { status } = await client.get(DEPLOYMENTS, { namespace: 'default', name: 'web' });
        return status?.availableReplicas === replicas && (await pods()).length === replicas;
      }),
    );
  /** The nodes whose pods answered `count` requests to the Service. */
  async function answering(count: number): Promise<string[]> {
    const { spec } = await api((client) => client.get(SERVICES, { namespace: 'default', name: 'web' }));
    const nodes = new Set<string>();
    for (let i = 0; i < count; i++)
      nodes.add((await fetchText(`http://${spec.clusterIP}:8080`)).text.split(' ')[1] ?? '');
    return [...nodes].sort();
  }
  async function kubectl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await pilotage.kubectl(...args);
    expect(code, stderr).to.equal(0);
    return stdout;
  }

  it('joins with what `node token` prints, and has a range of its own for its pods', async () => {
    const nodes = await api(async (client) => (await client.list(NODES)).items);
    expect(nodes).to.have.length(2);
    expect(new Set(nodes.map(({ spec }) => spec?.podCIDR)).size).to.equal(2);
    expect(await kubectl('get', 'nodes')).to.match(/^b +Ready/m);
  });

  it('shows its token to nobody who reads the command lines of all processes', async function () {
    if (process.platform !== 'linux') this.skip();
    const shown = await b.commandLine();
    expect(shown).to.contain('--token …').and.to.contain('--node-name b');
    expect(shown).to.not.match(/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/);
  });

  it('gets its share of the pods, which a Service reaches like all others, and kubectl too', async () => {
    await pilotage.applyJson({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: labels, ports: [{ port: 8080 }] },
    });
    await pilotage.applyJson(web(4));
    await isRolledOut(4);
    const [pod, ...others] = await podsOn('b');
    expect(others).to.have.length(1);
    const both = ['b', nodeOfMachine(await pods())].sort();
    await eventually('pods of both nodes answer', async () => `${await answering(8)}` === `${both}`);
    const name = pod?.metadata.name ?? '';
    expect(await kubectl('logs', name)).to.equal('up on b\n');
    expect(await kubectl('exec', name, '--', 'sh', '-c', 'echo here $NODE')).to.equal('here b\n');
    const asked = 'curl -s http://$WEB_SERVICE_HOST:$WEB_SERVICE_PORT';
    expect(await kubectl('exec', name, '--', 'sh', '-c', asked)).to.match(/^web-\S+ \S+$/);
  });

  it('keeps its pods when its agent is killed, and takes them up again when that is back', async () => {
    const before = await podsOn('b');
    await b.kill();
    expect(await answering(8)).to.include('b');
    await b.run();
    const after = await podsOn('b');
    const told = (list: typeof before) =>
      list.map(({ metadata, status }) => [metadata.uid, status?.containerStatuses?.[0]?.restartCount]).sort();
    expect(told(after)).to.deep.equal(told(before));
    expect(await kubectl('exec', after[0]?.metadata.name ?? '', '--', 'sh', '-c', 'echo $NODE')).to.equal(
      'b\n',
    );
  });

  it('gets the images of processes from the machine of the control plane', async () => {
    const folder = join(pilotage.dir, 'hello');
    await mkdir(folder);
    await writeFile(join(folder, 'run'), '#!/bin/sh\necho hello from an image\n', { mode: 0o755 });
    expect((await pilotage.cli('image', 'import', 'shop/hello:1', folder)).code).to.equal(0);
    await pilotage.applyJson({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'hello', namespace: 'kube-public' },
      spec: {
        nodeName: 'b',
        restartPolicy: 'Never',
        containers: [{ name: 'hello', image: 'shop/hello:1', command: ['./run'] }],
      },
    });
    const log = () => pilotage.kubectl('--namespace', 'kube-public', 'logs', 'hello');
    await eventually('it has run', async () => (await log()).stdout === 'hello from an image\n');
  });

  it('refuses a second agent on its data directory', async () => {
    const { code, stderr } = await pilotage.cli('agent', '--data-dir', b.dataDir);
    expect(code).to.equal(1);
    expect(stderr).to.contain('The agent of the node b runs already');
  });

  it('is emptied by drain and filled again after uncordon', async () => {
    await kubectl('drain', 'b', '--ignore-daemonsets', '--timeout=60s');
    await isRolledOut(4);
    expect(await podsOn('b')).to.deep.equal([]);
    await kubectl('uncordon', 'b');
    await pilotage.applyJson(web(8));
    await isRolledOut(8);
    expect(await podsOn('b')).to.have.length(4);
  });
});

const nodeOfMachine = (all: readonly { spec: { nodeName?: string } }[]): string =>
  all.map(({ spec }) => spec.nodeName ?? '').find((name) => name !== 'b') ?? '';
