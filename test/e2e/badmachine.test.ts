import { chmod, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { keepsServing } from './broken.ts';
import { fetchText, Pilotage, statusOf } from './harness.ts';
import { run } from './processes.ts';

describe('e2e: a disk without room', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  before(async () => {
    pilotage = await Pilotage.start();
  });
  after(() => pilotage.stop());

  it('a full disk refuses what is new by name, loses nothing, and all goes on when there is room again', async function () {
    if (process.platform !== 'linux') {
      console.warn('the limits of a running process can be changed on Linux only: a full disk is not tried');
      this.skip();
    }
    const work = await pilotage.repository('full');
    expect((await work.push()).code).to.equal(0);
    const url = (await statusOf(pilotage, 'full', 'dev'))?.urls[0] ?? '';
    // A limit on the size of files stands in for a full disk: the daemon sees the same failing writes.
    const room = (bytes: string) =>
      run('prlimit', ['--pid', String(pilotage.ready.pid), `--fsize=${bytes}:unlimited`]);
    expect((await room('1000')).code).to.equal(0);
    try {
      const made = await pilotage.kubectl('-n', 'full-dev', 'create', 'configmap', 'late');
      expect(made.stderr).to.contain('nothing was written: the data directory');
      await work.write('values/dev.yaml', 'greeting: later\n');
      await work.commit('later');
      const refused = await work.push();
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.contain('nothing was taken over').and.contain('push again');
      await keepsServing(pilotage, 'full', url);
    } finally {
      await room('unlimited');
    }
    expect((await pilotage.kubectl('-n', 'full-dev', 'create', 'configmap', 'late')).code).to.equal(0);
    expect((await work.push()).code).to.equal(0);
    expect((await pilotage.cli('wait', 'full/dev', '--timeout', '60s')).code).to.equal(0);
    expect(JSON.parse((await fetchText(url)).text)).to.include({ greeting: 'later' });
  });
});

describe('e2e: a machine that is not as it should be', function () {
  this.timeout(60_000);

  const up = (dataDir: string, ...more: readonly string[]) =>
    run(
      process.execPath,
      ['dist/main.js', 'up', '--data-dir', dataDir, '--http', '127.0.0.1:0', '--api', '127.0.0.1:0', ...more],
      { timeout: 20_000 },
    );

  it('a port in use is named, with what to do', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    const { stdout: dir } = await run('mktemp', ['-d']);
    const { code, stderr } = await up(dir.trim(), '--http', `127.0.0.1:${port}`);
    server.close();
    await run('rm', ['-rf', dir.trim()]);
    expect(code).to.equal(1);
    expect(stderr).to.contain(String(port)).and.contain('--http');
  });

  it('a data directory that cannot be written is named', async () => {
    const { stdout } = await run('mktemp', ['-d']);
    const dir = join(stdout.trim(), 'data');
    await mkdir(dir);
    await chmod(dir, 0o500);
    // Root may write anywhere: there a file in the directory's place stands for the refusal.
    const target = process.getuid?.() === 0 ? '/proc/pilotage' : dir;
    const { code, stderr } = await up(target);
    await run('rm', ['-rf', stdout.trim()]);
    expect(code).to.equal(1);
    expect(stderr).to.contain(target);
  });
});
