/** The built program on a data directory of its own, as a user runs it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { type Git, gitIn } from '../../src/cli/demo/git.ts';
import { type RemoteClient, remoteClient } from '../../src/kube/remote/remote.ts';
import { main, root } from './program.ts';

interface Ready {
  readonly http: string;
  readonly api: string;
  readonly git: string;
  readonly kubeconfig: string;
  readonly pid: number;
  readonly agentPid: number;
}

export interface Repository {
  readonly dir: string;
  readonly git: Git;
  readonly url: string;
  commit(file: string, change: (text: string) => string): Promise<string>;
}

const { PATH = '', HOME = tmpdir() } = process.env;
/** `node --cpu-prof` for the benchmark profiles the daemon as well. */
const PROFILING = process.execArgv.filter((option) => option.startsWith('--cpu-prof'));
const START_MS = 30_000;

export class Instance {
  readonly dir: string;
  ready: Ready = { http: '', api: '', git: '', kubeconfig: '', pid: 0, agentPid: 0 };
  #child: ChildProcess | undefined;
  readonly #log: string[] = [];

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** Runs `work` on a fresh instance and leaves nothing behind, however it ends. */
  static async during(work: (instance: Instance) => Promise<void>): Promise<void> {
    const instance = new Instance(await mkdtemp(join(tmpdir(), 'pilotage-bench-')));
    try {
      await instance.up();
      await work(instance);
    } finally {
      await instance.down();
      await rm(instance.dir, { recursive: true, force: true });
    }
  }

  get dataDir(): string {
    return join(this.dir, 'data');
  }

  /** Resolves with the line that says it is ready. */
  async up(): Promise<void> {
    const addresses = ['--http', '127.0.0.1:0', '--api', '127.0.0.1:0'];
    const args = [
      ...PROFILING,
      main,
      'up',
      '--data-dir',
      this.dataDir,
      ...addresses,
      '--output',
      'json',
      '--log-level',
      'warn',
    ];
    const child = spawn(process.execPath, args, { env: { PATH, HOME }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    createInterface({ input: child.stderr }).on('line', (line) => this.#log.push(line));
    const line = await new Promise<string>((resolve, reject) => {
      const fail = () => reject(new Error(`up did not get ready:\n${this.#log.slice(-20).join('\n')}`));
      createInterface({ input: child.stdout }).once('line', resolve);
      child.once('exit', fail);
      setTimeout(fail, START_MS).unref();
    });
    this.ready = JSON.parse(line) as Ready;
  }

  /** Everything, pods included; the data stays. */
  async down(): Promise<void> {
    await this.cli('down');
    this.#child?.kill('SIGKILL');
  }

  /** Ends the daemon alone and starts it again. */
  async restartDaemon(): Promise<void> {
    const child = this.#child;
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child?.kill('SIGTERM');
    await gone;
    await this.up();
  }

  cli(...args: readonly string[]): Promise<string> {
    const env = { PATH, HOME, PILOTAGE_DATA_DIR: this.dataDir };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [main, ...args], { env, timeout: 120_000 }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
    });
  }

  /** As an administrator, over HTTPS. */
  async client(): Promise<RemoteClient> {
    return remoteClient({
      kubeconfig: { path: this.ready.kubeconfig },
      clock: systemClock,
      logger: silentLogger,
    });
  }

  /** GET of the HTTP face, as the command line asks it. */
  async get(path: string): Promise<unknown> {
    const answer = await fetch(`${this.ready.http}${path}`, {
      headers: { authorization: `Bearer ${await this.token()}` },
    });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** The daemon's own token. */
  async token(): Promise<string> {
    const file = join(dirname(this.ready.kubeconfig), 'token.json');
    return (JSON.parse(await readFile(file, 'utf8')) as { token: string }).token;
  }

  /** The header with which git is let in, for `http.extraHeader`. */
  async authorization(): Promise<string> {
    return `Authorization: Basic ${Buffer.from(`git:${await this.token()}`).toString('base64')}`;
  }

  /** A copy of a folder, with the files of `more` written into it, as a repository with one commit on main. */
  async repository(
    name: string,
    from: string | undefined,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Repository> {
    const dir = await mkdtemp(join(this.dir, `${name}-`));
    if (from) await cp(join(root, from), dir, { recursive: true });
    for (const [file, text] of Object.entries(more)) await writeFile(join(dir, file), text);
    const git = gitIn(dir, { PATH, HOME });
    await git.run('init', '--quiet', '--initial-branch=main');
    await git.run('config', 'http.extraHeader', await this.authorization());
    await git.run('add', '--all');
    await git.run('commit', '--quiet', '-m', 'first');
    return {
      dir,
      git,
      url: `${this.ready.git}/${name}.git`,
      async commit(file, change) {
        await writeFile(join(dir, file), change(await readFile(join(dir, file), 'utf8')));
        await git.run('commit', '--quiet', '--all', '-m', `change ${file}`);
        return git.run('rev-parse', 'HEAD');
      },
    };
  }
}

/** The application of the figures: three replicas of a small HTTP service, the same in every environment. */
export const webRepository = (instance: Instance): Promise<Repository> =>
  instance.repository('web', 'test/fixtures/e2e/web', {
    'values/dev.yaml': 'greeting: hello dev\n',
    'values/preprod.yaml': 'greeting: hello preprod\n',
    'values/prod.yaml': 'greeting: hello prod\n',
    'chart/values.yaml': 'replicas: 3\ngreeting: hello\nprogressDeadlineSeconds: 60\n',
  });

/** Asks until `probe` holds; for conditions that are not timed themselves. */
export async function until(
  what: string,
  probe: () => Promise<boolean> | boolean,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await probe())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
    await pause(2);
  }
}
