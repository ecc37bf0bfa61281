import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { PODS, SERVICES } from '../../src/kube/kinds/resources.data.ts';
import { eventually, main, type Ready, repositoryAt, withApi, withToken } from './harness.ts';
import { cleanEnv, commandLinesWith, firstLine, isAlive, run } from './processes.ts';

describe('e2e: an ephemeral Pilotage leaves nothing running and nothing on disk', function () {
  this.timeout(60_000);
  let tmp: string;
  let started: ChildProcess[] = [];
  const dataDirs: string[] = [];

  beforeEach(async () => {
    tmp = await mkdtemp(join(tmpdir(), 'pilotage-life-'));
  });
  afterEach(async () => {
    for (const child of started) child.kill('SIGKILL');
    started = [];
    await Promise.all(dataDirs.splice(0).map(isGone));
    await rm(tmp, { recursive: true, force: true });
  });

  async function up(
    args: readonly string[] = [],
  ): Promise<{ child: ChildProcess; ready: Ready; dataDir: string }> {
    const child = spawn(process.execPath, [main, 'up', '--ephemeral', '--output', 'json', ...args], {
      env: cleanEnv({ TMPDIR: tmp }),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    started.push(child);
    const ready = await withToken(JSON.parse(await firstLine(child)) as Ready);
    const dataDir = dirname(ready.kubeconfig);
    dataDirs.push(dataDir);
    return { child, ready, dataDir };
  }

  /** Delivers the fixture, with `code` at the end of its server, and waits until it is healthy. */
  async function withPods(ready: Ready, code = '', dir = join(tmp, 'work')): Promise<void> {
    const work = await repositoryAt(dir, `${ready.git}/web.git`, 'web');
    await work.edit('app/server.js', (text) => `${text}\n${code}`);
    await work.commit('second');
    const pushed = await work.push();
    expect(pushed.code, pushed.stderr).to.equal(0);
    expect(pushed.stderr).to.contain('healthy');
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`${signal} ends daemon, agent and pods, and removes the data`, async () => {
      const { child, ready, dataDir } = await up();
      if (signal === 'SIGINT') await withPods(ready);
      child.kill(signal);
      expect(await exitOf(child)).to.equal(0);
      expect(existsSync(dataDir)).to.equal(false);
      expect(await commandLinesWith(dataDir)).to.deep.equal([]);
      expect(isAlive(ready.agentPid)).to.equal(false);
    });
  }

  it('a second Ctrl-C does not wait for a pod that takes its time', async () => {
    const { child, ready, dataDir } = await up();
    await withPods(ready, "process.removeAllListeners('SIGTERM').on('SIGTERM', () => {});");
    child.kill('SIGINT');
    await eventually('the pod has been told', async () => !isAlive(ready.agentPid));
    const since = performance.now();
    child.kill('SIGINT');
    expect(await exitOf(child)).to.equal(0);
    expect(performance.now() - since).to.be.below(4_000);
    expect(await commandLinesWith(dataDir)).to.deep.equal([]);
    expect(existsSync(dataDir)).to.equal(false);
  });

  it('kill -9 of the daemon: the watchdog ends agent and pods and removes the data', async () => {
    const { child, ready, dataDir } = await up();
    await withPods(ready);
    child.kill('SIGKILL');
    await isGone(dataDir);
    expect(isAlive(ready.agentPid)).to.equal(false);
  });

  it('it ends with its owner, however that one was killed', async () => {
    const owner = spawn('sleep', ['1000'], { stdio: 'ignore' });
    started.push(owner);
    const { child, dataDir } = await up(['--owner-pid', String(owner.pid)]);
    owner.kill('SIGKILL');
    expect(await exitOf(child)).to.equal(0);
    await isGone(dataDir);
  });

  it('it ends while its owner waits for it', async () => {
    const { child, dataDir } = await up(['--owner-pid', String(process.pid)]);
    child.kill('SIGTERM');
    expect(await exitOf(child)).to.equal(0);
    await isGone(dataDir);
  });

  it('stands beside others with the same delivery: each has addresses and node ports of its own', async () => {
    const both = [await up(), await up()];
    for (const [i, { ready }] of both.entries()) await withPods(ready, '', join(tmp, `work-${i}`));
    const addresses = await Promise.all(
      both.map(({ ready }) =>
        withApi(ready.kubeconfig, async (client) => {
          const pods = await client.list(PODS, { namespace: 'web-dev' });
          const services = await client.list(SERVICES, { namespace: 'web-dev' });
          return [
            ...pods.items.map(({ status }) => status?.podIP),
            ...services.items.map(({ spec }) => spec.clusterIP),
            ...services.items.flatMap(({ spec }) => spec.ports?.map(({ nodePort }) => nodePort)),
          ];
        }),
      ),
    );
    const all = addresses.flat();
    expect(all).to.have.length.above(6).and.not.include(undefined);
    expect(new Set(all).size, all.join()).to.equal(all.length);
  });

  it('refuses to make a directory ephemeral that holds something, and leaves it alone', async () => {
    const dir = join(tmp, 'mine');
    await mkdir(dir);
    await writeFile(join(dir, 'precious'), 'data');
    const { code, stderr } = await run(process.execPath, [main, 'up', '--ephemeral', '--data-dir', dir]);
    expect(code).to.equal(1);
    expect(stderr).to.contain('is not empty').and.contain('--ephemeral');
    expect(await readdir(dir)).to.deep.equal(['precious']);
  });

  it('a start that fails leaves nothing behind either', async () => {
    const { ready } = await up();
    const port = new URL(ready.http).port;
    const before = await readdir(tmp);
    const { code, stderr } = await run(
      process.execPath,
      [main, 'up', '--ephemeral', '--http', `127.0.0.1:${port}`],
      { env: { TMPDIR: tmp } },
    );
    expect(code).to.equal(1);
    expect(stderr).to.contain(`Port ${port}`);
    expect(await readdir(tmp)).to.deep.equal(before);
  });
});

const exitOf = (child: ChildProcess): Promise<number | NodeJS.Signals | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode ?? child.signalCode)
    : new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));

const isGone = (dataDir: string): Promise<true> =>
  eventually('nothing of it is left', async () => {
    const processes = await commandLinesWith(dataDir);
    if (processes.length > 0) throw new Error(processes.join('\n'));
    return !existsSync(dataDir);
  });
