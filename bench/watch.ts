/** What 100 watchers get, and what they cost a writer. They stand in another process, so that their reading is not ours. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RemoteClient } from '../src/kube/remote/remote.ts';
import { report } from './support/figures.ts';
import { Instance } from './support/instance.ts';
import { createMany } from './support/load.ts';
import type { Message } from './support/watchers.ts';

const WATCHERS = 100;
const LOADS = [
  { clients: 1, count: 1_000 },
  { clients: 64, count: 4_000 },
];

await Instance.during(async (instance) => {
  const client = await instance.client();
  await createMany(client, { prefix: 'warm', count: 4_000, clients: 16 });
  for (const load of LOADS) await measure(client, instance.ready.kubeconfig, load);
  client.close();
});

/** Without watchers, with them, and without once more: the machine may have changed its mind meanwhile. */
async function measure(
  client: RemoteClient,
  kubeconfig: string,
  load: { readonly clients: number; readonly count: number },
): Promise<void> {
  const { clients, count } = load;
  const before = await createMany(client, { ...load, prefix: `before${clients}` });
  const watchers = fork(fileURLToPath(new URL('./support/watchers.ts', import.meta.url)), [
    kubeconfig,
    String(WATCHERS),
  ]);
  await messageFrom(watchers, ({ type }) => type === 'watching');
  const since = performance.now();
  const [watched] = await Promise.all([
    createMany(client, { ...load, prefix: `watched${clients}` }),
    messageFrom(watchers, (message) => message.type === 'seen' && message.events >= count * WATCHERS),
  ]);
  const delivered = performance.now() - since;
  const gone = new Promise((resolve) => watchers.once('exit', resolve));
  watchers.kill();
  await gone;
  const after = await createMany(client, { ...load, prefix: `after${clients}` });

  const writers = clients === 1 ? 'one writer' : `${clients} writers`;
  report(`events to ${WATCHERS} watchers, ${writers}`, (count * WATCHERS * 1000) / delivered, '/s');
  report(`slow-down of ${writers} by ${WATCHERS} watchers`, (2 * watched.ms) / (before.ms + after.ms), '×', {
    ...(clients === 1 ? { target: '< 3' as const } : {}),
    createsPerSecond: [before, watched, after].map(({ perSecond }) => Math.round(perSecond)),
  });
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
