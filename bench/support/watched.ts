/** What watchers in another process get of writes: their reading is not ours. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Message } from './watchers.ts';

/** Events per second to so many watchers of ConfigMaps while `write` makes `count` changes. */
export async function watchedBy<T>(
  kubeconfig: string,
  watchers: number,
  count: number,
  write: () => Promise<T>,
): Promise<{ readonly perSecond: number; readonly written: T }> {
  const child = fork(fileURLToPath(new URL('./watchers.ts', import.meta.url)), [
    kubeconfig,
    String(watchers),
  ]);
  await messageFrom(child, ({ type }) => type === 'watching');
  const since = performance.now();
  const [written] = await Promise.all([
    write(),
    messageFrom(child, (message) => message.type === 'seen' && message.events >= count * watchers),
  ]);
  const ms = performance.now() - since;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await gone;
  return { perSecond: (count * watchers * 1_000) / ms, written };
}

/** Resolves with the first message for which `holds` is true; rejects when the process ends without one. */
function messageFrom(child: ChildProcess, holds: (message: Message) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (code: number | null) => reject(new Error(`the watchers ended with ${code}`));
    child.once('exit', end);
    child.on('message', function listen(message: Message) {
      if (!holds(message)) return;
      child.off('message', listen);
      child.off('exit', end);
      resolve();
    });
  });
}
