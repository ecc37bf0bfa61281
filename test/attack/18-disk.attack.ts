import { eventually, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { cannotMount, fill, onSmallDisk } from './smalldisk.ts';

export const attacks: readonly Attack[] = [
  {
    input: 'a push that git takes while the disk of the store is full',
    isolated: true,
    under: onSmallDisk('store'),
    async run(target) {
      const cannot = cannotMount();
      if (cannot) return cannot;
      const work = await target.repository('shop');
      const first = await work.push();
      if (first.code !== 0) throw new Error(first.stderr);
      const free = fill(target, 'store');
      await work.write('values/dev.yaml', 'greeting: written when the disk was full\n');
      const tip = await work.commit('second');
      const pushed = await work.push();
      if (pushed.code !== 0) throw new Error(`refused: ${pushed.stderr}`);
      // By the record, when nothing at all could be written; by the delivery, when the reserve had room for the record.
      if (!/tried again|the disk of \S+ has .* left/s.test(pushed.stderr))
        throw new Error(`nothing was said: ${pushed.stderr}`);
      const meanwhile = await statusOf(target, 'shop', 'dev');
      if (meanwhile?.sync === 'Synced') throw new Error('status says Synced');
      const waited = await target.cli('wait', 'shop/dev', '--timeout', '1s');
      if (waited.code === 0) throw new Error('wait says healthy');
      free();
      await eventually(
        'the tip is deployed',
        async () => (await statusOf(target, 'shop', 'dev'))?.deployedRevision === tip,
        40_000,
      );
      return `told, ${meanwhile?.sync} meanwhile, and delivered by itself when there was room again`;
    },
  },
];
