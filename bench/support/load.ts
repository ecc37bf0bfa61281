import type { KubeClient } from '../../src/kube/client/client.ts';
import type { ConfigMap } from '../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS } from '../../src/kube/kinds/resources.data.ts';

interface Load {
  readonly prefix: string;
  readonly count: number;
  /** Each waits for its answer before it sends the next. */
  readonly clients: number;
}

/** Creates ConfigMaps of about 300 bytes in the namespace `default`. */
export async function createMany(
  client: KubeClient,
  { prefix, count, clients }: Load,
): Promise<{ perSecond: number; ms: number }> {
  const since = performance.now();
  await inParallel(clients, count, (i) => client.create<ConfigMap>(CONFIG_MAPS, configMap(`${prefix}-${i}`)));
  const ms = performance.now() - since;
  return { ms, perSecond: (count / ms) * 1000 };
}

/** `count` times `ask`, by so many who each wait for an answer before they ask again. */
export async function inParallel(
  clients: number,
  count: number,
  ask: (i: number) => Promise<unknown>,
): Promise<void> {
  const numbers = Array.from({ length: count }, (_, i) => i).values();
  const one = async () => {
    for (const i of numbers) await ask(i);
  };
  await Promise.all(Array.from({ length: clients }, one));
}

const configMap = (name: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels: { app: 'bench', name } },
  data: { greeting: 'hello', settings: 'a=1 b=2 c=3 '.repeat(8) },
});
