import type { Attack } from './attack.ts';

/** What the figures of the others compare with. */
export const attacks: readonly Attack[] = [
  {
    input: 'an honest push',
    async run(target) {
      const work = await target.repository('honest');
      const { code, stderr } = await work.push();
      if (code !== 0) throw new Error(stderr);
      const waited = await target.cli('wait', 'honest/dev', '--timeout', '60s');
      if (waited.code !== 0) throw new Error(waited.stderr);
      return 'deployed, healthy';
    },
  },
];
