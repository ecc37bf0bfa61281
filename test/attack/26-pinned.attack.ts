import type { Attack } from './attack.ts';
import { deployed, endsWith } from './pushends.ts';

export const attacks: readonly Attack[] = [
  {
    input: 'a push after a rollback, as the rollback advises',
    async run(target) {
      const work = await deployed(target, 'pinned');
      await work.write('values/dev.yaml', 'greeting: bad\n');
      await work.commit('bad');
      await work.push();
      const { code, stdout, stderr } = await target.cli('rollback', 'pinned/dev', '--wait');
      if (code !== 0) throw new Error(stderr);
      if (!stdout.includes('pilotage pin pinned/dev --off')) throw new Error(`no way back: ${stdout}`);
      await work.git('revert', '--no-edit', 'HEAD');
      return endsWith(work, ['main'], 'dev', /pinned to [0-9a-f]{12} since /);
    },
  },
];
