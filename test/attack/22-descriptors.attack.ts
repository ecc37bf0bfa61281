import { readdirSync } from 'node:fs';
import type { Attack } from './attack.ts';

const PUSHES = 120;

export const attacks: readonly Attack[] = [
  {
    input: `${PUSHES} pushes to a daemon that may open 256 files`,
    isolated: true,
    under: ['sh', '-c', 'ulimit -n 256 && exec "$@"', 'sh'],
    async run(target) {
      const work = await target.repository('many');
      const descriptors = (): number => readdirSync(`/proc/${target.ready.pid}/fd`).length;
      let most = 0;
      for (let i = 0; i < PUSHES; i++) {
        await work.write('notes.txt', String(i));
        await work.commit(`note ${i}`);
        // Elsewhere than main, so that nothing rolls out: what counts are the packs.
        const { code, stderr } = await work.push(`HEAD:refs/heads/notes`);
        if (code !== 0) throw new Error(`push ${i + 1}: ${stderr}`);
        most = Math.max(most, descriptors());
      }
      const { code, stderr } = await work.push();
      if (code !== 0) throw new Error(stderr);
      if (most > 150) throw new Error(`${most} descriptors are open`);
      const packs = readdirSync(`${target.dataDir}/git/many.git/objects/pack`).filter((name) =>
        name.endsWith('.pack'),
      );
      if (packs.length > 25) throw new Error(`${packs.length} packs`);
      return `all taken; ${most} descriptors at most, ${packs.length} packs at the end`;
    },
  },
];
