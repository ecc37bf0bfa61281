/** Creates per second, each acknowledged only when it is durable. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import type { KubeClient } from '../src/kube/client/client.ts';
import { createControlPlane } from '../src/orchestrator/controlplane.ts';
import { report } from './support/figures.ts';
import { Instance } from './support/instance.ts';
import { createMany } from './support/load.ts';

await Instance.during(async (instance) => {
  const client = await instance.client();
  await measure('over HTTPS', client);
  client.close();
});
await inProcess((client) => measure('in process', client));

async function measure(way: string, client: KubeClient): Promise<void> {
  await createMany(client, { prefix: 'warm', count: 500, clients: 16 });
  for (const [clients, count] of [
    [1, 1_000],
    [64, 8_000],
  ] as const) {
    const { perSecond } = await createMany(client, { prefix: `c${clients}`, count, clients });
    report(`durable creates, ${clients} client${clients > 1 ? 's' : ''}, ${way}`, perSecond, '/s', { count });
  }
}

/** A control plane of its own in this process, without controllers: the verbs and the store alone. */
async function inProcess(work: (client: KubeClient) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pilotage-bench-'));
  const options = {
    dataDir,
    clock: systemClock,
    logger: silentLogger,
    serviceCidr: '127.250.0.0/16',
    workers: [],
  };
  const plane = await createControlPlane(options);
  try {
    await plane.start();
    await work(plane.client());
  } finally {
    await plane.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
