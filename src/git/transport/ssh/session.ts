import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { SshOptions } from '../transport.ts';
import { formatSshAddress, type SshAddress } from './address.ts';
import { type Service, sshArguments } from './command.ts';
import { sshProblem } from './problems.ts';

const IDLE_MS = 60_000;
/** What a server says on its way is kept to this. */
const MOST_WORDS = 16 * 1024;

export interface Session {
  readonly output: AsyncIterable<Buffer>;
  readonly input: Writable;
}

/**
 * A command of git on a server, for as long as `work` talks to it. Nobody is asked for anything. It ends when nothing has come for a
 * minute, and what it was started with is removed. Rejects with ProblemError as `Remote` does.
 */
export async function inSession<T>(
  address: SshAddress,
  service: Service,
  { options, signal }: { readonly options: SshOptions; readonly signal: AbortSignal | undefined },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const dir = mkdtempSync(join(options.dir, 'session-'));
  try {
    const args = sshArguments(address, service, filesOf(dir, options));
    return await running(args, address, { options, signal }, work);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function filesOf(dir: string, { knownHosts, privateKey, agent }: SshOptions) {
  const write = (name: string, text: string): string => {
    const path = join(dir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return {
    knownHosts: write('known_hosts', knownHosts),
    ...(privateKey === undefined ? {} : { identity: write('identity', `${privateKey.trim()}\n`) }),
    ...(agent === undefined ? {} : { agent }),
  };
}

async function running<T>(
  args: readonly string[],
  address: SshAddress,
  { options, signal }: { readonly options: SshOptions; readonly signal: AbortSignal | undefined },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { idleMs = IDLE_MS } = options;
  const child = spawn('ssh', args, { env: { PATH: options.path, LC_ALL: 'C' }, stdio: 'pipe' });
  let said = '';
  let isIdle = false;
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-MOST_WORDS);
  });
  // What is left of its output need not be read for it to have ended; what it said must be.
  const ended = Promise.all([
    new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', () => resolve());
    }),
    new Promise<void>((resolve) => void child.stderr.on('close', resolve)),
  ]);
  // A failure to start is told below, by whoever waits.
  ended.catch(() => {});
  child.stdin.on('error', () => {});
  const kill = () => child.kill('SIGKILL');
  const waiting = setTimeout(() => {
    isIdle = true;
    kill();
  }, idleMs);
  child.stdout.on('data', () => waiting.refresh());
  child.stdin.on('drain', () => waiting.refresh());
  signal?.addEventListener('abort', kill);
  try {
    const result = await work({ output: child.stdout, input: child.stdin });
    child.stdin.end();
    await ended;
    return result;
  } catch (error) {
    kill();
    const started = await ended.then(
      () => undefined,
      (failure: unknown) => failure,
    );
    signal?.throwIfAborted();
    const where = { address, url: formatSshAddress(address), knownHosts: options.knownHosts };
    throw sshProblem(where, started ?? error, isIdle ? { idleMs } : { said });
  } finally {
    clearTimeout(waiting);
    child.stdout.destroy();
    signal?.removeEventListener('abort', kill);
    kill();
  }
}
