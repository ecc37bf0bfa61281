import type { Attack } from './attack.ts';
import { deployed, endsWith } from './pushends.ts';

export const attacks: readonly Attack[] = [
  {
    input: 'a pilotage.yaml that cannot be read, and a push that mends it',
    async run(target) {
      const work = await deployed(target, 'mended');
      await work.edit('pilotage.yaml', (text) => text.replace('environments:', 'enviroments:'));
      await work.commit('break');
      const broken = await endsWith(work, ['main'], 'dev', /frozen: pilotage\.yaml/);
      await work.git('revert', '--no-edit', 'HEAD');
      return `${broken}, then ${await endsWith(work, ['main'], 'dev', /unchanged: /)}`;
    },
  },
  {
    input: 'a branch that is deleted, and brought back as it was',
    async run(target) {
      const work = await deployed(target, 'back');
      const made = await target.cli('promote', 'back/preprod', '--wait');
      if (made.code !== 0) throw new Error(made.stdout + made.stderr);
      await work.git('fetch', '--quiet', work.remote, 'preprod:preprod');
      const gone = await endsWith(work, [':preprod'], 'preprod', /frozen: branch preprod/);
      return `${gone}, then ${await endsWith(work, ['preprod'], 'preprod', /unchanged: /)}`;
    },
  },
];
