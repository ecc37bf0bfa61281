import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder that a test owns. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'pilotage-git-'));
}

export function drop(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

export function hasGit(): boolean {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Nothing of the machine's or the user's git configuration reaches a test. */
export function hermetic(home: string, extra: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    ...extra,
  };
}

export interface GitResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Real git in one work tree. The loop stays free meanwhile, because the host under test runs in this process. */
export class Git {
  readonly dir: string;
  readonly #env: Record<string, string>;
  constructor(dir: string, extra: Record<string, string> = {}) {
    this.dir = dir;
    mkdirSync(dir, { recursive: true });
    this.#env = hermetic(dir, extra);
  }

  /** Runs git and gives its output; throws with what it said when it fails. */
  async run(...args: string[]): Promise<string> {
    const result = await this.attempt(...args);
    if (result.code !== 0) throw new Error(`git ${args.join(' ')}: ${result.stderr}`);
    return result.stdout.trim();
  }

  attempt(...args: string[]): Promise<GitResult> {
    return new Promise((resolve) => {
      execFile(
        'git',
        args,
        { cwd: this.dir, env: this.#env, maxBuffer: 2 ** 28, timeout: 60_000 },
        (error, stdout, stderr) =>
          resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr }),
      );
    });
  }

  /** Starts git and leaves it running; `heard` resolves when stderr holds the text. */
  start(...args: string[]) {
    const child = spawn('git', args, {
      cwd: this.dir,
      env: this.#env,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    let stderr = '';
    const listeners = new Set<() => void>();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      for (const listener of listeners) listener();
    });
    const exited = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
    const heard = (text: string) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (stderr.includes(text)) resolve();
        };
        listeners.add(check);
        check();
      });
    // git's transport is a process of its own, which would outlive git: both are in the group.
    const kill = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    return { kill, exited, heard, said: () => stderr };
  }

  write(path: string, content: string | Uint8Array): void {
    const target = join(this.dir, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }

  async commit(message: string, files: Record<string, string | Uint8Array> = {}): Promise<string> {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
    await this.run('add', '-A');
    await this.run('commit', '--allow-empty', '-q', '-m', message);
    return this.run('rev-parse', 'HEAD');
  }

  /** So many commits on main, each a second after the one before. */
  async history(count: number): Promise<void> {
    const stream = Array.from({ length: count }, (_, i) =>
      [
        'commit refs/heads/main',
        `committer Ada <ada@example.com> ${1_700_000_000 + i} +0000`,
        'data 2',
        'c ',
        `M 100644 inline dir${i % 20}/file${i % 100}`,
        `data ${`${i}`.length + 5}`,
        `text${i} `,
        '',
      ].join('\n'),
    ).join('');
    this.write('stream', stream);
    execFileSync('sh', ['-c', 'git fast-import --quiet < stream'], { cwd: this.dir });
  }

  static async init(dir: string, branch = 'main'): Promise<Git> {
    const git = new Git(dir);
    await git.run('init', '-q', '-b', branch);
    return git;
  }
}

/** Bytes that do not compress, the same at every run. */
export function noise(size: number, seed = 1): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, i) =>
    createHash('sha256').update(`${seed}:${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}
