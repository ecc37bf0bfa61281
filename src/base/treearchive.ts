import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The tree below a directory as a tar archive, by the machine's own `tar`; a failure is the stream's. */
export function packTree(dir: string): Readable {
  const child = spawn('tar', ['-C', dir, '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const { stdout } = child;
  child.once('error', (error) => stdout.destroy(error));
  child.once('exit', (code) => {
    if (code !== 0) stdout.destroy(new Error(`tar ended with ${code}`));
  });
  stdout.once('close', () => child.kill());
  return stdout;
}

/** Writes an archive into an empty directory; nothing of it gets out of there. Rejects for what is no archive, and when it is cut short. */
export async function unpackTree(archive: Readable, dir: string): Promise<void> {
  const options = ['--no-same-owner', '--no-same-permissions', '--delay-directory-restore'];
  const child = spawn('tar', ['-C', dir, ...options, '-xf', '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`tar ended with ${code}`))));
  });
  ended.catch(() => {});
  try {
    await pipeline(archive, child.stdin);
  } catch (error) {
    child.kill();
    throw error;
  }
  await ended;
}
