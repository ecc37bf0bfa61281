import { eventually, type Pilotage, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { deliver, expectSaid } from './deliver.ts';

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly deletionTimestamp?: string };
    readonly status: {
      readonly containerStatuses?: readonly { restartCount: number; state: object; ready: boolean }[];
    };
  }[];
}

export async function podsIn(target: Pilotage, namespace: string): Promise<PodList['items']> {
  const { stdout } = await target.kubectl('-n', namespace, 'get', 'pods', '-o', 'json');
  return (JSON.parse(stdout) as PodList).items;
}

export const attacks: readonly Attack[] = [
  {
    input: '`pilotage down` and `up`, five times',
    isolated: true,
    budget: { silenceMs: Number.POSITIVE_INFINITY },
    async run(target) {
      expectSaid(await deliver(target, 'planned', async () => {}), /is healthy/, 20_000);
      const times: number[] = [];
      for (let n = 0; n < 5; n++) {
        await target.cli('down');
        await target.up();
        const began = Date.now();
        await eventually('all pods are ready', async () => {
          const statuses = (await podsIn(target, 'planned-dev')).flatMap(
            (pod) => pod.status.containerStatuses ?? [],
          );
          const counts = statuses.map((one) => one.restartCount);
          if (counts.some((count) => count > 0)) throw new Error(`restarts: ${counts.join(', ')}`);
          return statuses.length === 2 && statuses.every((one) => one.ready && 'running' in one.state);
        });
        times.push(Date.now() - began);
        await eventually(
          'healthy',
          async () => (await statusOf(target, 'planned', 'dev'))?.health === 'Healthy',
        );
      }
      return `no restart counted, ready after ${times.join(', ')} ms`;
    },
  },
];
