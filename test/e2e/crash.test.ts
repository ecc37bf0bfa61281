import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { KubeClient } from '../../src/kube/client/client.ts';
import type { ConfigMap, Pod } from '../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS, PODS } from '../../src/kube/kinds/resources.data.ts';
import { eventually, fetchText, Pilotage, statusOf, withApi } from './harness.ts';
import { commandLinesWith, isAlive, run } from './processes.ts';

describe('e2e: processes that are killed', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  let url = '';

  before(async () => {
    pilotage = await Pilotage.start();
    const work = await pilotage.repository('web');
    const { code, stderr } = await work.push();
    expect(code, stderr).to.equal(0);
    expect((await pilotage.cli('wait', 'web/dev', '--timeout', '60s')).code).to.equal(0);
    url = (await statusOf(pilotage, 'web', 'dev'))?.urls[0] ?? '';
  });
  after(() => pilotage.stop());

  const withCluster = <T>(use: (client: KubeClient) => Promise<T>): Promise<T> =>
    withApi(pilotage.ready.kubeconfig, use);

  const listPods = async (): Promise<readonly Pod[]> =>
    (await withCluster((client) => client.list(PODS, { namespace: 'web-dev' }))).items;

  /** Process and count of restarts of every pod. */
  const pods = async (): Promise<string[]> =>
    (await listPods()).map(({ metadata, status }) => {
      const container = status?.containerStatuses?.[0];
      return `${metadata.name} ${container?.containerID} restarts ${container?.restartCount}`;
    });

  const logOf = (name: string): Promise<string> =>
    withCluster(async (client) => text(await client.logs({ namespace: 'web-dev', name })));

  it('a second daemon on the same data directory is refused with a clear message', async () => {
    const { code, stderr } = await run(process.execPath, [
      'dist/main.js',
      'up',
      '--data-dir',
      pilotage.dataDir,
      '--http',
      '127.0.0.1:0',
      '--api',
      '127.0.0.1:0',
    ]);
    expect(code).to.equal(1);
    expect(stderr).to.contain('another').and.contain(String(pilotage.ready.pid));
  });

  it('kill -9 of the daemon fails no request, stops no pod, and keeps its ports and everything acknowledged', async () => {
    const before = { ready: pilotage.ready, pods: await pods() };
    const key = { name: 'acknowledged', namespace: 'web-dev' };
    const acknowledged: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: key,
      data: { a: 'b' },
    };
    const written = await withCluster((client) => client.create(CONFIG_MAPS, acknowledged));
    await pilotage.crash();
    for (let request = 0; request < 50; request++) expect((await fetchText(url)).status).to.equal(200);
    await pilotage.up();
    expect(pilotage.ready).to.deep.equal({ ...before.ready, pid: pilotage.ready.pid });
    expect(await withCluster((client) => client.get(CONFIG_MAPS, key))).to.deep.equal(written);
    expect((await pilotage.cli('wait', 'web/dev', '--timeout', '30s')).code).to.equal(0);
    expect(await pods()).to.deep.equal(before.pods);
  });

  it('kill -9 of the agent stops no pod: a new agent adopts the same processes', async () => {
    const [before, agent] = [await pods(), pilotage.ready.agentPid];
    process.kill(agent, 'SIGKILL');
    await eventually('the agent is started again', async () => {
      const next = await pilotage.json<{ deliveries: unknown }>('status').then(() => pilotage.agentPid());
      return next !== agent && isAlive(next);
    });
    await eventually('the service answers', async () => (await fetchText(url)).status === 200);
    expect((await pilotage.cli('wait', 'web/dev', '--timeout', '30s')).code).to.equal(0);
    expect(await pods()).to.deep.equal(before);
    const names = (await listPods()).map(({ metadata }) => metadata.name ?? '');
    const logs = await Promise.all(names.map(logOf));
    expect(logs.join('').match(/listening, version one/g)).to.have.length(2);
  });

  it('an upgrade replaces the agent with the daemon, and stops no pod', async () => {
    const [before, agent] = [await pods(), await pilotage.agentPid()];
    await pilotage.crash();
    const path = join(pilotage.dataDir, 'agent', 'agent.json');
    const file = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    await writeFile(path, JSON.stringify({ ...file, build: '0.0.1' }));
    await pilotage.up();
    expect(isAlive(agent)).to.equal(false);
    expect(isAlive(pilotage.ready.agentPid)).to.equal(true);
    expect((await pilotage.cli('wait', 'web/dev', '--timeout', '30s')).code).to.equal(0);
    await eventually('the service answers', async () => (await fetchText(url)).status === 200);
    expect(await pods()).to.deep.equal(before);
  });

  it('a pod that exited while the daemon was dead shows its true exit code', async () => {
    const key = { name: 'ends', namespace: 'web-dev' };
    const ends: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: key,
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'main',
            image: 'host',
            command: ['sh', '-c', 'while [ ! -e "$FILE" ]; do sleep 0.05; done; exit 42'],
            env: [{ name: 'FILE', value: `${pilotage.dir}/go` }],
          },
        ],
      },
    };
    const look = (): Promise<Pod> => withCluster((client) => client.get(PODS, key));
    await withCluster((client) => client.create(PODS, ends));
    await eventually('it runs', async () => (await look()).status?.phase === 'Running');
    await pilotage.crash();
    await run('touch', [`${pilotage.dir}/go`]);
    await pilotage.up();
    const ended = await eventually(
      'it has ended',
      async () => (await look()).status?.containerStatuses?.[0]?.state?.terminated,
    );
    expect(ended.exitCode).to.equal(42);
  });

  it('a hosted repository that was damaged meanwhile keeps nothing from starting but itself', async () => {
    const broken = await pilotage.repository('broken');
    expect((await broken.push()).code).to.equal(0);
    await pilotage.crash();
    await writeFile(
      join(pilotage.dataDir, 'git', 'broken.git', 'refs', 'heads', 'main'),
      `${'f'.repeat(40)}\n`,
    );
    await pilotage.up();
    expect((await pilotage.cli('wait', 'web/dev', '--timeout', '30s')).code).to.equal(0);
    expect((await fetchText((await statusOf(pilotage, 'broken', 'dev'))?.urls[0] ?? '')).status).to.equal(
      200,
    );
    expect(pilotage.log.join('\n')).to.contain('broken');
  });

  it('down stops the daemon, the agent and every pod, and up brings them back', async () => {
    const { pid } = pilotage.ready;
    const agent = await pilotage.agentPid();
    const { code, stdout } = await pilotage.cli('down');
    expect(code).to.equal(0);
    expect(stdout).to.contain('down');
    expect([pid, agent].filter(isAlive)).to.deep.equal([]);
    expect(await commandLinesWith(pilotage.dataDir)).to.deep.equal([]);
    await expectRefused(url);
    await pilotage.up();
    await eventually('the service answers again', async () => (await fetchText(url)).status === 200);
  });
});

async function expectRefused(url: string): Promise<void> {
  const answer = await fetchText(url).catch((error: NodeJS.ErrnoException) => error.code);
  expect(answer).to.equal('ECONNREFUSED');
}
