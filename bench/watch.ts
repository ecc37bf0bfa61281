/** What 100 watchers get, and what they cost a writer. */
import type { RemoteClient } from '../src/kube/remote/remote.ts';
import { report } from './support/figures.ts';
import { Instance } from './support/instance.ts';
import { createMany } from './support/load.ts';
import { watchedBy } from './support/watched.ts';

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
  const { perSecond, written: watched } = await watchedBy(kubeconfig, WATCHERS, count, () =>
    createMany(client, { ...load, prefix: `watched${clients}` }),
  );
  const after = await createMany(client, { ...load, prefix: `after${clients}` });

  const writers = clients === 1 ? 'one writer' : `${clients} writers`;
  report(`events to ${WATCHERS} watchers, ${writers}`, perSecond, '/s');
  report(`slow-down of ${writers} by ${WATCHERS} watchers`, (2 * watched.ms) / (before.ms + after.ms), '×', {
    ...(clients === 1 ? { target: '< 3' as const } : {}),
    createsPerSecond: [before, watched, after].map(({ perSecond }) => Math.round(perSecond)),
  });
}
