import { expect } from 'chai';
import { eventually, fetchText, isAlive, Pilotage, run, statusOf } from './harness.ts';

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly containerStatuses?: readonly { readonly restartCount: number; readonly containerID: string }[];
    };
  }[];
}

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

  const pods = async (): Promise<string[]> => {
    const { stdout } = await pilotage.kubectl('-n', 'web-dev', 'get', 'pods', '-o', 'json');
    return (JSON.parse(stdout) as Pods).items.map(({ metadata, status }) => {
      const container = status.containerStatuses?.[0];
      return `${metadata.name} ${container?.containerID} restarts ${container?.restartCount}`;
    });
  };

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
    const created = await pilotage.kubectl(
      '-n',
      'web-dev',
      'create',
      'configmap',
      'acknowledged',
      '--from-literal=a=b',
    );
    expect(created.code, created.stderr).to.equal(0);
    await pilotage.crash();
    for (let request = 0; request < 50; request++) expect((await fetchText(url)).status).to.equal(200);
    await pilotage.up();
    expect(pilotage.ready).to.deep.equal({ ...before.ready, pid: pilotage.ready.pid });
    expect((await pilotage.kubectl('-n', 'web-dev', 'get', 'configmap', 'acknowledged')).code).to.equal(0);
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
    const logs = await pilotage.kubectl('-n', 'web-dev', 'logs', '-l', 'app=web', '--tail=-1');
    expect(logs.stdout.match(/listening, version one/g)).to.have.length(2);
  });

  it('a pod that exited while the daemon was dead shows its true exit code', async () => {
    const manifest = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'ends', namespace: 'web-dev' },
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
    await pilotage.applyJson(manifest);
    await eventually(
      'it runs',
      async () =>
        (await pilotage.kubectl('-n', 'web-dev', 'get', 'pod', 'ends', '-o', 'jsonpath={.status.phase}'))
          .stdout === 'Running',
    );
    await pilotage.crash();
    await run('touch', [`${pilotage.dir}/go`]);
    await pilotage.up();
    const code = await eventually('it has ended', async () => {
      const path = 'jsonpath={.status.containerStatuses[0].state.terminated.exitCode}';
      return (await pilotage.kubectl('-n', 'web-dev', 'get', 'pod', 'ends', '-o', path)).stdout || undefined;
    });
    expect(code).to.equal('42');
  });

  it('down stops the daemon, the agent and every pod, and up brings them back', async () => {
    const { pid } = pilotage.ready;
    const agent = await pilotage.agentPid();
    const { code, stdout } = await pilotage.cli('down');
    expect(code).to.equal(0);
    expect(stdout).to.contain('down');
    expect([pid, agent].filter(isAlive)).to.deep.equal([]);
    expect((await run('pgrep', ['-f', pilotage.dataDir])).stdout).to.equal('');
    await expectRefused(url);
    await pilotage.up();
    await eventually('the service answers again', async () => (await fetchText(url)).status === 200);
  });
});

async function expectRefused(url: string): Promise<void> {
  const answer = await fetchText(url).catch((error: NodeJS.ErrnoException) => error.code);
  expect(answer).to.equal('ECONNREFUSED');
}
