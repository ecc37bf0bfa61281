import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_MAPS } from '../../src/kube/kinds/resources.data.ts';
import { type Pilotage, withApi } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';

/** Overwrites eight bytes in the middle of what LevelDB wrote last. */
function damage(target: Pilotage): void {
  const folder = join(target.dataDir, 'store', 'db');
  const log = readdirSync(folder).find((name) => name.endsWith('.log')) ?? '';
  const bytes = readFileSync(join(folder, log));
  bytes.fill(0x5a, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 8);
  writeFileSync(join(folder, log), bytes);
}

export const attacks: readonly Attack[] = [
  {
    input: 'the middle of the log of the store, damaged while the daemon is down',
    isolated: true,
    // It is down on purpose.
    budget: { silenceMs: Infinity },
    async run(target) {
      await withApi(target.ready.kubeconfig, async (client) => {
        for (let i = 0; i < 50; i++) {
          const metadata = { name: `kept-${i}`, namespace: 'default' };
          await client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
        }
      });
      await target.crash();
      damage(target);
      const { code, stderr } = await target.cli('up', '--http', '127.0.0.1:0', '--api', '127.0.0.1:0');
      if (code === 0 || !stderr.includes('is damaged')) throw new Error(`up ended with ${code}: ${stderr}`);
      for (const word of ['are not there', 'pilotage restore', '--accept-loss'])
        if (!stderr.includes(word) && !stderr.includes('revisions that'))
          throw new Error(`it does not say: ${word}\n${stderr}`);
      await target.up('--accept-loss');
      return 'refused, with the revisions that are lost and both ways on; goes on when told so';
    },
  },
];
