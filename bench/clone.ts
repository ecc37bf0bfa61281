/** Clones and pushes over HTTP, from this host and from `git http-backend`, in turns: the same repository, the same client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { built } from './support/built.ts';
import { serveByGit } from './support/cgi.ts';
import { median, report, timed } from './support/figures.ts';
import { Instance } from './support/instance.ts';
import { longHistory } from './support/longhistory.ts';
import { resetPeak, resident } from './support/resident.ts';

const COMMITS = 5_000;
const ROUNDS = 9;
const FILES = 1_000;

const { PATH = '' } = process.env;

await Instance.during(async (instance) => {
  const { gitIn } = await built<typeof import('../src/cli/demo/git.ts')>('cli/demo/git');
  const { hermetic } = await built<typeof import('../src/cli/gitenvironment.ts')>('cli/gitenvironment');
  const environment = hermetic({ PATH, HOME: instance.dir });
  const served = join(instance.dir, 'served');
  await mkdir(served);
  const backend = await serveByGit(served, environment);
  const git = gitIn(instance.dir, { PATH, HOME: instance.dir });
  const { token } = JSON.parse(
    await readFile(join(dirname(instance.ready.kubeconfig), 'token.json'), 'utf8'),
  ) as { token: string };
  const credentials = Buffer.from(`git:${token}`).toString('base64');
  const run = (...args: readonly string[]) =>
    git.run('-c', `http.extraHeader=Authorization: Basic ${credentials}`, ...args);

  const here = `${instance.ready.git}/long.git`;
  const there = `${backend.url}/long.git`;
  const sides = { here, there } as const;
  const { pid } = instance.ready;

  await git.run('init', '--quiet', '--bare', '--initial-branch=main', 'source');
  await fastImport(join(instance.dir, 'source'), environment);
  await git.run('-C', 'source', 'repack', '-adq');
  await git.run('init', '--quiet', '--bare', '--initial-branch=main', join(served, 'long.git'));
  for (const url of [there, here]) await run('-C', 'source', 'push', '--quiet', '--mirror', url);
  // What a server that is kept in order has: one pack, and none of its conveniences beyond.
  await git.run('-C', join(served, 'long.git'), 'repack', '-adq');

  const before = resident(pid);
  resetPeak(pid);
  const clones = await inTurns(ROUNDS, (url) => ['clone', '--quiet', '--bare', url, 'copy'], 'copy');
  const ratio = median(clones.here) / median(clones.there);
  report(`clone of ${COMMITS} commits`, median(clones.here), 'ms', { samples: clones.here });
  report('… from git http-backend', median(clones.there), 'ms', { samples: clones.there });
  report('… here to there', ratio, '×', { target: '< 1' });
  report('… memory of the daemon meanwhile', resident(pid, 'VmHWM'), 'MB', { before });

  const single = await inTurns(
    ROUNDS,
    (url) => ['clone', '--quiet', '--bare', '--single-branch', '--branch=release-2500', url, 'copy'],
    'copy',
  );
  report('clone of one branch of many', median(single.here), 'ms', { samples: single.here });
  report('… from git http-backend', median(single.there), 'ms', { samples: single.there });

  await git.run('clone', '--quiet', 'source', 'work');
  for (const name of ['small push', `push of ${FILES} files`]) {
    const pushes = { here: [] as number[], there: [] as number[] };
    for (let round = 0; round < 5; round++) {
      const files = name === 'small push' ? 1 : FILES;
      await mkdir(join(instance.dir, 'work', 'pushed'), { recursive: true });
      for (let i = 0; i < files; i++)
        await writeFile(
          join(instance.dir, 'work', 'pushed', `file${i}`),
          `${name} ${round} ${i}\n`.repeat(40),
        );
      await git.run('-C', 'work', 'add', '--all');
      await git.run('-C', 'work', 'commit', '--quiet', '-m', `${name} ${round}`);
      for (const side of ['here', 'there'] as const)
        pushes[side].push(await timed(() => run('-C', 'work', 'push', '--quiet', sides[side], 'HEAD:main')));
    }
    report(name, median(pushes.here), 'ms', { samples: pushes.here });
    report('… to git http-backend', median(pushes.there), 'ms', { samples: pushes.there });
  }
  backend.close();

  async function inTurns(
    rounds: number,
    command: (url: string) => readonly string[],
    made: string,
  ): Promise<Record<'here' | 'there', number[]>> {
    const times = { here: [] as number[], there: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      for (const side of ['here', 'there'] as const) {
        times[side].push(await timed(() => run(...command(sides[side]))));
        await rm(join(instance.dir, made), { recursive: true });
      }
    }
    return times;
  }
});

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
