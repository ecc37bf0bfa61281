/** Clones and pushes over HTTP, from this host and from `git http-backend`, in turns: the same repository, the same client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gitIn } from '../src/cli/demo/git.ts';
import { hermetic } from '../src/cli/gitenvironment.ts';
import { median, report, timed } from './support/figures.ts';
import { Instance } from './support/instance.ts';
import { longHistory } from './support/longhistory.ts';
import { cpuSeconds, resetPeak, residentMb } from './support/proc.ts';
import { root } from './support/program.ts';

const COMMITS = 5_000;
const CLONES = 9;
const PUSHES = 5;
const FILES = 1_000;

const { PATH = '' } = process.env;
const SIDES = ['here', 'there'] as const;
type PerSide = Record<(typeof SIDES)[number], number[]>;

await Instance.during(async (instance) => {
  const environment = hermetic({ PATH, HOME: instance.dir });
  const git = gitIn(instance.dir, environment);
  const served = join(instance.dir, 'served');
  await git.run('init', '--quiet', '--bare', '--initial-branch=main', join(served, 'long.git'));
  await git.run('init', '--quiet', '--bare', '--initial-branch=main', 'source');
  await fastImport(join(instance.dir, 'source'), environment);
  await git.run('-C', 'source', 'repack', '-adq');

  const backend = await startBackend(served, environment);
  const urls = { here: `${instance.ready.git}/long.git`, there: `${backend.url}/long.git` };
  const pids = { here: instance.ready.pid, there: backend.pid };
  const header = await instance.authorization();
  const run = (...args: readonly string[]) => git.run('-c', `http.extraHeader=${header}`, ...args);

  for (const side of SIDES) await run('-C', 'source', 'push', '--quiet', '--mirror', urls[side]);
  // A server that is kept in order has one pack.
  await git.run('-C', join(served, 'long.git'), 'repack', '-adq');

  const before = residentMb(pids.here);
  resetPeak(pids.here);
  const clone = (...options: readonly string[]) =>
    inTurns(CLONES, async (url) => {
      const ms = await timed(() => run('clone', '--quiet', '--bare', ...options, url, 'copy'));
      await rm(join(instance.dir, 'copy'), { recursive: true });
      return ms;
    });
  const { first, ratio } = reportBoth(`clone of ${COMMITS} commits`, await clone());
  report('… here to there', ratio, '×', { target: '< 1', first });
  report('… memory of the daemon, at most', residentMb(pids.here, 'VmHWM'), 'MB', { before });
  reportBoth('clone of one branch of ten', await clone('--single-branch', '--branch=release-2500'));

  await git.run('clone', '--quiet', 'source', 'work');
  for (const files of [1, FILES]) {
    const figures = await inTurns(PUSHES, async (url, turn) => {
      if (url === urls.here) await commit(files, turn);
      return timed(() => run('-C', 'work', 'push', '--quiet', url, 'HEAD:main'));
    });
    reportBoth(`push of ${files} files`, figures);
  }
  process.kill(backend.pid);

  function cpuMs(pid: number): number {
    return 1000 * cpuSeconds(pid, [instance.ready.agentPid]);
  }

  async function commit(files: number, turn: number): Promise<void> {
    const folder = join(instance.dir, 'work', 'pushed');
    await mkdir(folder, { recursive: true });
    for (let i = 0; i < files; i++)
      await writeFile(join(folder, `file${i}`), `${files} ${turn} ${i}\n`.repeat(40));
    await git.run('-C', 'work', 'add', '--all');
    await git.run('-C', 'work', 'commit', '--quiet', '-m', `push of ${files} files`);
  }

  async function inTurns(
    turns: number,
    work: (url: string, turn: number) => Promise<number>,
  ): Promise<{ ms: PerSide; cpu: PerSide }> {
    const ms: PerSide = { here: [], there: [] };
    const cpu: PerSide = { here: [], there: [] };
    for (let turn = 0; turn < turns; turn++) {
      for (const side of SIDES) {
        const used = cpuMs(pids[side]);
        ms[side].push(await work(urls[side], turn));
        cpu[side].push(cpuMs(pids[side]) - used);
      }
    }
    return { ms, cpu };
  }
});

function reportBoth(
  figure: string,
  { ms, cpu }: { ms: PerSide; cpu: PerSide },
): { first: number; ratio: number } {
  report(figure, median(ms.here), 'ms', { samples: ms.here, serverCpuMs: median(cpu.here) });
  report('… git http-backend', median(ms.there), 'ms', {
    samples: ms.there,
    serverCpuMs: median(cpu.there),
  });
  return { first: Math.round(ms.here[0] ?? 0), ratio: median(ms.here) / median(ms.there) };
}

async function fastImport(repository: string, env: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn('git', ['fast-import', '--quiet'], {
    cwd: repository,
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(child, 'close');
  await pipeline(Readable.from(longHistory(COMMITS)), child.stdin);
  await ended;
}

async function startBackend(
  served: string,
  env: Readonly<Record<string, string>>,
): Promise<{ url: string; pid: number }> {
  const program = ['--import', 'tsx', join(root, 'bench', 'support', 'cgi.ts'), served];
  const child = spawn(process.execPath, program, { env, cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { url, pid: child.pid ?? 0 };
}
