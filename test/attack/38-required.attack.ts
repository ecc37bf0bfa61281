import { expect } from 'chai';
import { statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import {
  checkoutProd,
  config,
  deployed,
  plainRepository,
  promoted,
  type Report,
  told,
  valueIn,
} from './promotion.ts';

const REQUIRED = `
{name: dev, branch: main}
{name: prod, branch: prod, promotion: {from: dev, required: true}}`;

export const attacks: readonly Attack[] = [
  {
    input: 'commits, a rewritten history and a deletion pushed to a branch that demands promotion',
    async run(target) {
      const work = await plainRepository(target, 'required', REQUIRED);
      await deployed(target, 'required/dev', await work.git('rev-parse', 'HEAD'));
      await promoted(target, 'required');
      await checkoutProd(work);
      const before = await work.git('rev-parse', 'HEAD');
      await work.write('k8s/a.yaml', config('a', 'evil'));
      await work.commit('straight to prod');
      const direct = await work.push('prod');
      expect(direct.code, direct.stderr).to.equal(1);
      expect(told(direct.stderr))
        .to.contain('required/prod demands promotion')
        .and.contain('pilotage promote required/prod');
      await work.git('checkout', '-q', '--orphan', 'other');
      await work.commit('from nowhere');
      expect((await work.push('--force', 'other:prod')).code).to.equal(1);
      const deletion = await work.push('--delete', 'prod');
      expect(told(deletion.stderr)).to.contain('a push may not delete it');
      expect(await work.git('ls-remote', work.remote, 'prod')).to.contain(before);
      expect((await statusOf(target, 'required', 'prod'))?.deployedRevision).to.equal(before);
      expect(await valueIn(target, 'required-prod')).to.equal('one');
      return 'each was refused before the branch moved, and what ran went on';
    },
  },
  {
    input: 'a hotfix for a branch that demands promotion, which cannot wait for its source',
    async run(target) {
      const work = await plainRepository(target, 'urgent', REQUIRED);
      await deployed(target, 'urgent/dev', await work.git('rev-parse', 'HEAD'));
      await promoted(target, 'urgent');
      await work.git('checkout', '-q', '-b', 'hotfix');
      await work.write('k8s/a.yaml', config('a', 'fixed'));
      const fix = await work.commit('a hotfix');
      expect((await work.push('hotfix')).code).to.equal(0);
      const { code, stderr } = await target.cli('pin', 'urgent/prod', 'hotfix', '--reason', 'it burns');
      expect(code, stderr).to.equal(0);
      await deployed(target, 'urgent/prod', fix);
      expect(await valueIn(target, 'urgent-prod')).to.equal('fixed');
      await work.git('checkout', '-q', 'main');
      await work.git('cherry-pick', fix);
      await work.push();
      await deployed(target, 'urgent/dev', await work.git('rev-parse', 'HEAD'));
      await target.cli('pin', 'urgent/prod', '--off');
      expect((await target.json<Report>('promote', 'urgent/prod')).outcome).to.equal('Promoted');
      expect((await target.cli('wait', 'urgent/prod', '--timeout', '30s')).code).to.equal(0);
      expect(await valueIn(target, 'urgent-prod')).to.equal('fixed');
      return 'ran by a pin, then came by its source';
    },
  },
  {
    input: 'a pilotage.yaml on main that does not demand promotion of prod any more, then a push to prod',
    async run(target) {
      const work = await plainRepository(target, 'loosened', REQUIRED);
      await deployed(target, 'loosened/dev', await work.git('rev-parse', 'HEAD'));
      await promoted(target, 'loosened');
      await work.edit('pilotage.yaml', (text) => text.replace(', required: true', ''));
      await work.commit('demand less');
      const { stderr } = await work.push();
      expect(told(stderr)).to.contain('from dev, required, no gates → from dev, no gates');
      await checkoutProd(work);
      await work.write('k8s/a.yaml', config('a', 'evil'));
      await work.commit('straight to prod');
      expect((await work.push('prod')).code).to.equal(1);
      return 'a proposal; the demand stayed in force';
    },
  },
];
