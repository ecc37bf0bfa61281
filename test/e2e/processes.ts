/** Programs that tests run, hermetically, and what runs on this machine. */
import { type ChildProcess, execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { processStartTime } from '../../src/base/process.ts';

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const cleanEnv = (extra: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: tmpdir(),
  LANG: 'C.UTF-8',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
  USER: 'bob',
  ...extra,
});

export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; timeout?: number; input?: string } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      [...args],
      {
        env: cleanEnv(options.env),
        timeout: options.timeout ?? 90_000,
        maxBuffer: 64 << 20,
        ...(options.cwd ? { cwd: options.cwd } : {}),
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
    if (options.input !== undefined) child.stdin?.end(options.input);
  });
}

/** The first line that a process prints; rejects, with what it logged, when it ends without one. */
export function firstLine(child: ChildProcess, log: readonly string[] = []): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) return reject(new Error('stdout is a pipe'));
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`it ended with ${code}:\n${log.slice(-20).join('\n')}`)));
  });
}

/** A zombie that nobody has waited for does not live. */
export const isAlive = (pid: number): boolean => processStartTime(pid) !== undefined;

/** Command lines on this machine that name `text`, as those of daemon, agent, shims and watchdog name their directory. */
export async function commandLinesWith(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.map((line) => line.replaceAll('\0', ' ')).filter((line) => line.includes(text));
}

/** A port of loopback that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
