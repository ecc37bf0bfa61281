import { expect } from 'chai';
import { statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { config, deployed, plainRepository, type Report, valueIn } from './promotion.ts';

const PAIR = `\n{name: dev, branch: main}\n{name: prod, branch: prod, promotion: {from: dev}}`;

export const attacks: readonly Attack[] = [
  {
    input: 'the branch of prod is deleted, then somebody promotes',
    async run(target) {
      const work = await plainRepository(target, 'gone', PAIR);
      await deployed(target, 'gone/dev', await work.git('rev-parse', 'HEAD'));
      await target.json<Report>('promote', 'gone/prod');
      expect((await target.cli('wait', 'gone/prod', '--timeout', '20s')).code).to.equal(0);
      await work.push('--delete', 'prod');
      const frozen = await statusOf(target, 'gone', 'prod');
      expect(frozen?.phase).to.equal('Frozen');
      expect(frozen?.message).to.contain('promote from dev: that brings it back');
      const wait = await target.cli('wait', 'gone/prod', '--timeout', '3s');
      expect(wait.code, wait.stdout).to.equal(1);
      expect(wait.stderr).to.contain('does not exist any more');
      await work.write('k8s/a.yaml', config('a', 'two'));
      const second = await work.commit('second');
      await work.push();
      await deployed(target, 'gone/dev', second);
      expect((await target.json<Report>('promote', 'gone/prod')).outcome).to.equal('Promoted');
      const waited = await target.cli('wait', 'gone/prod', '--timeout', '20s');
      expect(waited.code, waited.stderr).to.equal(0);
      expect(await valueIn(target, 'gone-prod')).to.equal('two');
      expect((await statusOf(target, 'gone', 'prod'))?.phase).to.equal('Idle');
      await work.push('--delete', 'prod');
      expect((await target.json<Report>('promote', 'gone/prod')).outcome).to.equal('Restored');
      expect((await target.cli('wait', 'gone/prod', '--timeout', '20s')).code).to.equal(0);
      return 'went on from where it was; status, wait and promote agreed';
    },
  },
];
