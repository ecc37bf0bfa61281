/** What 100 watchers get, and what they cost a writer. They stand in another process, so that their reading is not ours. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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
  await createMany(client, { prefix: 'warm', count: 1_000, clients: 16 });
  const alone = [];
  for (const { clients, count } of LOADS)
    alone.push(await createMany(client, { prefix: `alone${clients}`, count, clients }));

  const child = fork(fileURLToPath(new URL('./support/watchers.ts', import.meta.url)), [
    instance.ready.kubeconfig,
    String(WATCHERS),
  ]);
  await told(child, ({ type }) => type === 'watching');
  let expected = 0;
  for (const [i, { clients, count }] of LOADS.entries()) {
    expected += count * WATCHERS;
    const since = performance.now();
    const [watched] = await Promise.all([
      createMany(client, { prefix: `watched${clients}`, count, clients }),
      told(child, (message) => message.type === 'seen' && message.events >= expected),
    ]);
    const all = performance.now() - since;
    const writers = clients === 1 ? 'one writer' : `${clients} writers`;
    report(`events to ${WATCHERS} watchers, ${writers}`, (count * WATCHERS * 1000) / all, '/s');
    report(
      `slow-down of ${writers} by ${WATCHERS} watchers`,
      watched.ms / (alone[i]?.ms ?? Number.NaN),
      '×',
      {
        ...(clients === 1 ? { target: '< 3' as const } : {}),
        alonePerSecond: Math.round(alone[i]?.perSecond ?? 0),
        watchedPerSecond: Math.round(watched.perSecond),
      },
    );
  }
  child.disconnect();
  child.kill();
  client.close();
});

function told(child: ChildProcess, holds: (message: Message) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the watchers ended with ${code}`)));
    child.on('message', function listen(message: Message) {
      if (!holds(message)) return;
      child.off('message', listen);
      child.removeAllListeners('exit');
      resolve();
    });
  });
}
