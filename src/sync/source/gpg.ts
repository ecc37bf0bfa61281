import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program that takes longer waits for somebody to type a passphrase. */
const TIMEOUT_MS = 10_000;
/** A data key is 32 bytes. */
const MOST_OUTPUT = 64 * 1024;

/** What opens messages of OpenPGP with private keys. */
export interface Gpg {
  /** What a message holds, undefined where none of the keys opens it, or gpg is not here. */
  open(keys: readonly string[], message: string): Promise<Buffer | undefined>;
}

/**
 * gpg(1) with a home of its own for each question: nothing of the user's keys is read or changed, and neither the keys nor the agent that
 * gpg starts there outlive it.
 */
export function createGpg({ path }: { readonly path: string }): Gpg {
  return {
    async open(keys, message) {
      const home = await mkdtemp(join(tmpdir(), 'pilotage-gpg-'));
      const env = { PATH: path, GNUPGHOME: home, LC_ALL: 'C' };
      const gpg = (args: readonly string[], input: string) =>
        run('gpg', ['--batch', '--no-tty', '--quiet', '--pinentry-mode', 'error', ...args], { env, input });
      try {
        for (const key of keys) await gpg(['--import'], key);
        const { status, output } = await gpg(['--decrypt'], message);
        return status === 0 ? output : undefined;
      } finally {
        await run('gpgconf', ['--kill', 'all'], { env, input: '' });
        await rm(home, { recursive: true, force: true });
      }
    },
  };
}

interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
}

/** Never rejects: a program that is not here has failed. What it says of keys is not repeated anywhere. */
function run(
  program: string,
  args: readonly string[],
  { env, input }: RunOptions,
): Promise<{ readonly status: number; readonly output: Buffer }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'ignore'], timeout: TIMEOUT_MS });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_OUTPUT) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    // It may end before it has read its input.
    child.stdin.on('error', () => {});
    child.on('error', () => resolve({ status: -1, output: Buffer.alloc(0) }));
    child.on('close', (status) =>
      resolve({ status: size > MOST_OUTPUT ? -1 : (status ?? -1), output: Buffer.concat(chunks) }),
    );
    child.stdin.end(input);
  });
}
