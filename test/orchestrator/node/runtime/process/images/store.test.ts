import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { systemClock } from '../../../../../../src/base/clock.ts';
import { ProblemError } from '../../../../../../src/base/errors.ts';
import { CUT } from '../../../../../../src/base/lines.ts';
import { silentLogger } from '../../../../../../src/base/log.ts';
import { processStartTime } from '../../../../../../src/base/process.ts';
import { openWorkshops } from '../../../../../../src/orchestrator/node/runtime/process/confinement/workshop.ts';
import { runBuild } from '../../../../../../src/orchestrator/node/runtime/process/images/build.ts';
import type { BuildLimits } from '../../../../../../src/orchestrator/node/runtime/process/images/buildlimits.ts';
import {
  type BuildRequest,
  openImageStore,
} from '../../../../../../src/orchestrator/node/runtime/process/images/store.ts';
import { scratch, until } from '../../../helpers.ts';

describe('image store', () => {
  const place = scratch();
  after(() => place.dispose());
  let count = 0;
  const open = () => {
    const dir = join(place.path, `store-${count++}`);
    return { dir, store: openImageStore(dir, { clock: systemClock, logger: silentLogger }) };
  };
  const exportTo = async (dir: string) => writeFileSync(join(dir, 'server.js'), 'console.log(1)');
  const request = (more: Partial<BuildRequest> = {}): BuildRequest => ({
    ref: 'shop/web:1',
    exportTo,
    deadlineMs: 10_000,
    onOutput() {},
    signal: new AbortController().signal,
    ...more,
  });

  it('knows the programs of the machine as the image "host"', () => {
    expect(open().store.resolve('host')).to.deep.equal({ type: 'host' });
  });

  it('says of an image that it does not have how to get it', () => {
    const image = open().store.resolve('nginx:1.27');
    expect(image.type).to.equal('missing');
    expect(image).to.have.property('message').that.includes('pilotage image import nginx:1.27 DIR');
  });

  it('begins no build while the disk is nearly full, and goes on with what is built', async () => {
    const { dir, store } = open();
    expect((await store.build(request())).ok).to.equal(true);
    const lack = { reason: 'InsufficientStorage', message: 'the disk has 3 MiB left' };
    const full = openImageStore(dir, { clock: systemClock, logger: silentLogger, lacksRoom: () => lack });
    expect((await full.build(request())).ok).to.equal(true);
    const refused = await full.build(request({ ref: 'shop/web:2' }));
    expect(refused.ok).to.equal(false);
    expect(refused).to.have.nested.property('problems[0].message').that.includes('the disk has 3 MiB left');
    expect(full.resolve('shop/web:2').type).to.equal('missing');
  });

  it('builds in a fresh copy and lets another process resolve the result', async () => {
    const { dir, store } = open();
    const lines: string[] = [];
    const built = await store.build(
      request({ build: 'cat server.js > bundle.js; echo; echo built', onOutput: (l) => lines.push(l) }),
    );
    if (!built.ok) throw new Error(built.problems[0].message);
    expect(lines).to.deep.equal(['', 'built']);
    expect(readFileSync(join(built.value.path, 'bundle.js'), 'utf8')).to.equal('console.log(1)');
    expect(
      openImageStore(dir, { clock: systemClock, logger: silentLogger }).resolve('shop/web:1'),
    ).to.deep.equal({
      type: 'directory',
      ...built.value,
    });
    expect(readdirSync(join(dir, 'tmp'))).to.deep.equal([]);
  });

  it('builds a reference once, also when asked twice at the same time', async () => {
    const { store } = open();
    let exports = 0;
    const counting = request({
      exportTo: async (dir) => {
        exports++;
        await exportTo(dir);
      },
    });
    const [a, b] = await Promise.all([store.build(counting), store.build(counting)]);
    await store.build(counting);
    expect(a).to.equal(b);
    expect(exports).to.equal(1);
  });

  it('reports the end of the output of a build that fails, and keeps nothing of it', async () => {
    const { dir, store } = open();
    const result = await store.build(request({ build: 'seq 30; echo "missing module x" >&2; exit 3' }));
    if (result.ok) throw new Error('it succeeded');
    expect(result.problems[0].message).to.contain('exit code 3');
    expect(result.problems[0].details).to.have.length(20).and.include('missing module x');
    expect(store.resolve('shop/web:1').type).to.equal('missing');
    expect(readdirSync(join(dir, 'tmp'))).to.deep.equal([]);
  });

  it('kills a build at its deadline, with everything that it started', async () => {
    const { store } = open();
    const result = await store.build(request({ build: 'sleep 300 | cat', deadlineMs: 50 }));
    expect(result.ok).to.equal(false);
    if (!result.ok) expect(result.problems[0].message).to.contain('did not end within');
  });

  it('names equal content equally and takes the write permission from its files', async () => {
    const { store } = open();
    const from = join(place.path, 'sources');
    mkdirSync(from, { recursive: true });
    writeFileSync(join(from, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
    const first = await store.importDirectory('shop/tool:1', from);
    const second = await store.importDirectory('shop/tool:2', from);
    writeFileSync(join(from, 'run.sh'), '#!/bin/sh\necho\n', { mode: 0o755 });
    const third = await store.importDirectory('shop/tool:3', from);
    expect(first.digest).to.equal(second.digest).and.not.equal(third.digest);
    const image = store.resolve('shop/tool:1');
    if (image.type !== 'directory') throw new Error(image.type);
    expect(statSync(join(image.path, 'run.sh')).mode & 0o777).to.equal(0o555);
    expect((await store.list()).map((row) => row.reference)).to.deep.equal([
      'shop/tool:1',
      'shop/tool:2',
      'shop/tool:3',
    ]);
  });

  it('forgets a reference, and the content only with the last one that points at it', async () => {
    const { store } = open();
    const from = join(place.path, 'forgotten');
    mkdirSync(from, { recursive: true });
    writeFileSync(join(from, 'file'), 'content');
    await store.importDirectory('shop/a:1', from);
    await store.importDirectory('shop/b:1', from);
    const image = store.resolve('shop/a:1');
    if (image.type !== 'directory') throw new Error(image.type);
    await store.remove('shop/a:1');
    expect(store.resolve('shop/a:1').type).to.equal('missing');
    expect(existsSync(image.path)).to.equal(true);
    await store.remove('shop/b:1');
    expect(existsSync(image.path)).to.equal(false);
    await store.remove('shop/b:1');
  });

  it('knows no image by a name that no file can have', () => {
    const { store } = open();
    for (const ref of ['..', '.', '../../etc', 'x'.repeat(300)])
      expect(store.resolve(ref).type, ref).to.equal('missing');
  });

  it('refuses to import what is no directory', async () => {
    const error = await open()
      .store.importDirectory('a:1', join(place.path, 'nowhere'))
      .catch((e: unknown) => e);
    expect(error).to.be.instanceOf(ProblemError);
  });

  it('cuts the lines of a build that prints without a line break, and ends one that prints without end', async () => {
    const { store } = open();
    const lines: string[] = [];
    const long = await store.build(
      request({ build: 'head -c 20000 /dev/zero | tr "\\0" x', onOutput: (line) => lines.push(line) }),
    );
    expect(long.ok).to.equal(true);
    expect(lines.map((line) => line.length)).to.deep.equal([4096 + CUT.length]);
    const endless = await store.build(request({ ref: 'shop/web:2', build: 'yes | tr -d "\\n"' }));
    expect(endless.ok ? '' : endless.problems[0].message).to.contain('printed more than 64 MiB');
  });

  it('ends a build whose processes use more memory, or write more, than they may', async () => {
    const limits = { outputBytes: 1, memoryBytes: 1e12, diskBytes: 1e12 };
    const workshops = openWorkshops(place.path, { type: 'none', reason: '' });
    const run = { ref: 'a:1', env: { PATH: '/usr/bin:/bin' }, deadlineMs: 60_000 };
    const endOf = async (build: string, less: Partial<BuildLimits>) => {
      const { signal } = new AbortController();
      const rest = { onOutput() {}, signal, clock: systemClock };
      const own = mkdtempSync(join(place.path, 'build-'));
      mkdirSync(join(own, 'image'));
      const problem = await workshops.use('a', own, (workshop) =>
        runBuild({ ...run, ...rest, build, workshop, limits: { ...limits, ...less } }),
      );
      return problem?.message;
    };
    expect(await endOf('sleep 60', { memoryBytes: 1 })).to.contain('of memory');
    expect(await endOf('head -c 3000000 /dev/zero >f; sleep 60', { diskBytes: 2 << 20 })).to.contain(
      'wrote more than 2 MiB',
    );
  });

  it('a build ends with the process that asked for it, even when that one is killed', async () => {
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        fileURLToPath(new URL('./store.child.ts', import.meta.url)),
        join(place.path, 'killed'),
        'echo $$; sleep 1000 & sleep 1000',
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(String(data))),
    );
    const builder = Number(line);
    expect(processStartTime(builder)).to.be.a('string');
    child.kill('SIGKILL');
    await until('the build has gone', () => processStartTime(builder) === undefined);
  });
});
