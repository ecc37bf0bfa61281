import { expect } from 'chai';
import { eventually, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { plainRepository, valueIn } from './promotion.ts';

export const attacks: readonly Attack[] = [
  {
    input: 'an Environment object deleted with kubectl, and brought back by a push',
    async run(target) {
      const work = await plainRepository(target, 'returned', '{name: dev, branch: main}');
      await eventually('it is there', async () => (await valueIn(target, 'returned-dev')) === 'one');
      await target.kubectl('-n', 'pilotage', 'delete', 'environment', 'returned.dev');
      await work.commit('again');
      await work.push();
      await eventually('it is well', async () => {
        const status = await statusOf(target, 'returned', 'dev');
        return status?.health === 'Healthy' && status.sync === 'Synced';
      });
      return 'its objects are those of its successor';
    },
  },
  {
    input: 'pilotage delete --orphan, then --prune of what came back',
    async run(target) {
      const work = await plainRepository(target, 'ended', '{name: dev, branch: main}');
      await eventually('it is there', async () => (await valueIn(target, 'ended-dev')) === 'one');
      const neither = await target.cli('delete', 'ended/dev');
      expect(neither.code).to.equal(1);
      const gone = async () => (await statusOf(target, 'ended', 'dev')) === undefined;
      const orphaned = await target.cli('delete', 'ended/dev', '--orphan');
      expect(orphaned.stdout, orphaned.stderr).to.contain('main still defines it');
      await eventually('it is gone', gone);
      expect(await valueIn(target, 'ended-dev')).to.equal('one');
      await work.commit('again');
      await work.push();
      await eventually(
        'it is well',
        async () => (await statusOf(target, 'ended', 'dev'))?.health === 'Healthy',
      );
      await target.cli('delete', 'ended/dev', '--prune');
      await eventually('it is gone', gone);
      expect(await valueIn(target, 'ended-dev')).to.equal('');
      return 'what it delivered stayed, was found again, and went with it in the end';
    },
  },
];
