/** Real processes, real git, real HTTP: the built program as a user runs it, on a data directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { remoteClient } from '../../src/kube/remote/remote.ts';
import { cleanEnv, type Finished, firstLine, run } from './processes.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const main = join(root, 'dist', 'main.js');

export interface Ready {
  readonly http: string;
  readonly api: string;
  readonly git: string;
  readonly ingress: { readonly http: string; readonly https: string };
  readonly kubeconfig: string;
  readonly pid: number;
  readonly agentPid: number;
}

export class Pilotage {
  readonly dir: string;
  ready: Ready = {
    http: '',
    api: '',
    git: '',
    ingress: { http: '', https: '' },
    kubeconfig: '',
    pid: 0,
    agentPid: 0,
  };
  log: string[] = [];
  #child: ChildProcess | undefined;
  #kubeconfig: string | undefined;
  /** Its home is another cluster, which has its own addresses. */
  #isGuest = false;

  readonly #under: readonly string[];

  private constructor(dir: string, under: readonly string[]) {
    this.dir = dir;
    this.#under = under;
  }

  /**
   * `under`: a command that runs it, `setpriv …` say. `contexts` is told where it may write the kubeconfig of other clusters;
   * `prepare`, where the data directory will be.
   */
  static async start(
    under: readonly string[] = [],
    contexts?: (dir: string) => Promise<string>,
    prepare?: (dataDir: string) => Promise<void>,
    options: readonly string[] = [],
  ): Promise<Pilotage> {
    const pilotage = new Pilotage(await mkdtemp(join(tmpdir(), 'pilotage-e2e-')), under);
    // Daemon and pods may be other users than the test: they make what they need here, and read what it writes for them.
    await chmod(pilotage.dir, 0o777);
    pilotage.#kubeconfig = await contexts?.(pilotage.dir);
    await prepare?.(pilotage.dataDir);
    await pilotage.up(...options);
    return pilotage;
  }

  get dataDir(): string {
    return join(this.dir, 'data');
  }

  async up(...options: readonly string[]): Promise<void> {
    this.#isGuest ||= options.includes('--home');
    const [command = '', ...args] = [
      ...this.#under,
      process.execPath,
      main,
      'up',
      '--data-dir',
      this.dataDir,
      '--http',
      '127.0.0.1:0',
      ...(this.#isGuest
        ? []
        : ['--api', '--ingress', '--ingress-tls'].flatMap((flag) => [flag, '127.0.0.1:0'])),
      '--output',
      'json',
      // What a machine happens to have must not change what a test sees.
      ...(this.#isGuest || options.includes('--engine') ? [] : ['--engine', 'none']),
      ...options,
    ];
    const env = cleanEnv(this.#kubeconfig ? { KUBECONFIG: this.#kubeconfig } : {});
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    createInterface({ input: child.stderr }).on('line', (line) => this.log.push(line));
    const ready = JSON.parse(await firstLine(child, this.log)) as Ready;
    // One that has mounts of its own has its files there.
    this.ready = await withToken(
      ready,
      join(this.#hasMounts ? join('/proc', String(ready.pid), 'root') : '/', this.dataDir),
    );
  }

  /** As `pilotage …` in a terminal. */
  cli(...args: readonly string[]): Promise<Finished> {
    return this.#run(process.execPath, [main, ...args], { PILOTAGE_DATA_DIR: this.dataDir });
  }

  /** With what a person would type. */
  cliWith(input: string, ...args: readonly string[]): Promise<Finished> {
    return run(process.execPath, [main, ...args], { env: { PILOTAGE_DATA_DIR: this.dataDir }, input });
  }

  get #hasMounts(): boolean {
    return this.#under[0] === 'unshare';
  }

  /** Where the daemon is: one that has mounts of its own has its files there. */
  #run(command: string, args: readonly string[], env: Record<string, string>): Promise<Finished> {
    const there = ['nsenter', '--target', String(this.ready.pid), '--mount', command];
    const [program = command, ...before] = this.#hasMounts ? there : [command];
    return run(program, [...before, ...args], { env });
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.cli(...args, '--output', 'json');
    if (stdout === '') throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  kubectl(...args: readonly string[]): Promise<Finished> {
    return this.#run('kubectl', args, { KUBECONFIG: this.ready.kubeconfig, HOME: this.dir });
  }

  /** `kubectl apply` of one object. */
  async applyJson(object: object): Promise<void> {
    const path = join(this.dir, 'apply.json');
    await writeFile(path, JSON.stringify(object));
    const { code, stderr } = await this.kubectl('apply', '-f', path);
    if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
  }

  /** The agent that runs now. */
  async agentPid(): Promise<number> {
    const text = await readFile(join(this.dataDir, 'agent', 'agent.json'), 'utf8');
    return (JSON.parse(text) as { pid: number }).pid;
  }

  /** Kills the daemon as a crash would, or ends it by another signal; resolves when it is gone. */
  async crash(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  async stop(): Promise<void> {
    await this.cli('down');
    await this.crash();
    // git may still be packing what was pushed.
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  /**
   * A fixture as a repository with one commit on main. A `name` of its own: a second one of that name would go on with the history and the
   * environments of the first.
   */
  async repository(name: string, fixture = 'web'): Promise<Work> {
    const dir = join(this.dir, 'work', name);
    if (existsSync(dir)) throw new Error(`${name} is already a repository of this daemon`);
    return repositoryAt(dir, `${this.ready.git}/${name}.git`, fixture);
  }
}

/** What `up` says, with the token in git's URL: tests push without a helper, as scripts may. */
export async function withToken(ready: Ready, dataDir = dirname(ready.kubeconfig)): Promise<Ready> {
  const text = await readFile(join(dataDir, 'token.json'), 'utf8');
  const { token } = JSON.parse(text) as { token: string };
  return { ...ready, git: ready.git.replace('://', `://git:${token}@`) };
}

/** A fixture as a repository with one commit on main, for `remote`. */
export async function repositoryAt(dir: string, remote: string, fixture: string): Promise<Work> {
  await mkdir(dirname(dir), { recursive: true });
  await cp(join(root, 'test', 'fixtures', 'e2e', fixture), dir, { recursive: true });
  const work = new Work(dir, remote);
  await work.git('init', '--quiet', '--initial-branch=main');
  await work.commit('first');
  return work;
}

/** A person's clone. */
export class Work {
  readonly dir: string;
  readonly remote: string;
  constructor(dir: string, remote: string) {
    this.dir = dir;
    this.remote = remote;
  }

  async git(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run('git', args, { cwd: this.dir });
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  async commit(message: string): Promise<string> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** What git prints, `remote:` lines included. */
  async push(...refs: readonly string[]): Promise<Finished> {
    return run('git', ['push', this.remote, ...(refs.length > 0 ? refs : ['main'])], { cwd: this.dir });
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    const path = join(this.dir, file);
    await writeFile(path, change(await readFile(path, 'utf8')));
  }

  async write(file: string, text: string): Promise<void> {
    const path = join(this.dir, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

export interface EnvironmentStatus {
  readonly name: string;
  readonly wantedRevision: string | null;
  readonly deployedRevision: string | null;
  readonly sync: string;
  readonly phase: string;
  readonly health: string;
  readonly message: string;
  readonly namespace: string;
  readonly urls: readonly string[];
}

export async function statusOf(
  pilotage: Pilotage,
  delivery: string,
  environment: string,
): Promise<EnvironmentStatus | undefined> {
  const report = await pilotage.json<{ deliveries: { name: string; environments: EnvironmentStatus[] }[] }>(
    'status',
  );
  return report.deliveries
    .find(({ name }) => name === delivery)
    ?.environments.find(({ name }) => name === environment);
}

export function fetchText(url: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, timeout: 5000 }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    }).on('error', reject);
  });
}

/** Polls until `probe` gives something, or fails with what it saw last. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(`not within ${timeoutMs} ms: ${what}${last ? ` (${last})` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The API of a running Pilotage, without any tool. */
export async function withApi<T>(kubeconfig: string, use: (client: KubeClient) => Promise<T>): Promise<T> {
  const client = remoteClient({ kubeconfig: { path: kubeconfig }, clock: systemClock, logger: silentLogger });
  return use(client).finally(() => client.close());
}
