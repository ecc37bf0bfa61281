import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually, type Pilotage } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';

const NOISE = 'while :; do head -c 1000000 /dev/zero | tr "\\0" x | fold -w 99; sleep 0.02; done';
const SECONDS = 10;

/** Bytes on disk of all that a pod has printed, and how many that were; those of other attacks may have theirs still. */
function logsOf({ dataDir }: Pilotage, uid: string): { readonly onDisk: number; readonly printed: number } {
  const root = join(dataDir, 'agent');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.includes(uid) && name.endsWith('/log'),
  );
  const stats = files.map((name) => statSync(join(root, name)));
  return {
    onDisk: stats.reduce((sum, { blocks }) => sum + blocks * 512, 0),
    printed: stats.reduce((sum, { size }) => sum + size, 0),
  };
}

const mb = (bytes: number): number => Math.round(bytes / 2 ** 20);

export const attacks: readonly Attack[] = [
  {
    input: `a pod that prints tens of megabytes a second for ${SECONDS} s`,
    async run(target) {
      await target.applyJson({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'noisy', namespace: 'default' },
        spec: { containers: [{ name: 'main', image: 'host', command: ['/bin/sh', '-c', NOISE] }] },
      });
      const { stdout: uid } = await target.kubectl('get', 'pod', 'noisy', '-o', 'jsonpath={.metadata.uid}');
      const logs = () => logsOf(target, uid);
      await eventually('it prints', async () => logs().printed > 0);
      let most = 0;
      for (let i = 0; i < SECONDS * 4; i++) {
        await pause(250);
        most = Math.max(most, logs().onDisk);
      }
      const { printed } = logs();
      const tail = await target.kubectl('logs', 'noisy', '--tail=3');
      const all = await target.kubectl('logs', 'noisy', '--limit-bytes=1000', '--timestamps');
      await target.kubectl('delete', 'pod', 'noisy', '--grace-period=1');
      if (printed < 100 * 2 ** 20) throw new Error(`it printed ${mb(printed)} MB only`);
      if (most > 100 * 2 ** 20) throw new Error(`${mb(most)} MB are on disk`);
      if (tail.stdout.split('\n').length < 3 || !tail.stdout.startsWith('x'))
        throw new Error(`kubectl logs --tail says ${JSON.stringify(tail)}`);
      if (!/^\d{4}-\S+Z x+\n/.test(all.stdout))
        throw new Error(`kubectl logs says ${all.stdout.slice(0, 200)}`);
      await eventually('its logs are gone with it', async () => logs().onDisk === 0);
      return `${mb(printed)} MB printed, ${mb(most)} MB on disk at most, none once it is deleted`;
    },
  },
];
