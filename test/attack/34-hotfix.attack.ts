import { expect } from 'chai';
import { statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { config, deployed, plainRepository, type Report, valueIn } from './promotion.ts';

const PAIR = `\n{name: dev, branch: main}\n{name: prod, branch: prod, promotion: {from: dev}}`;

const hotfixAttack = (input: string, name: string, byHand: boolean): Attack => ({
  input,
  async run(target) {
    const work = await plainRepository(target, name, PAIR);
    await deployed(target, `${name}/dev`, await work.git('rev-parse', 'HEAD'));
    await target.json<Report>('promote', `${name}/prod`);
    expect((await target.cli('wait', `${name}/prod`, '--timeout', '20s')).code).to.equal(0);
    await work.git('fetch', '-q', work.remote, 'prod:prod');
    await work.git('checkout', '-q', 'prod');
    await work.write('k8s/a.yaml', config('a', 'hotfix'));
    const hotfix = await work.commit('hotfix');
    await work.push('prod');
    await deployed(target, `${name}/prod`, hotfix);
    await work.git('checkout', '-q', 'main');
    await work.write('k8s/b.yaml', config('b', 'feature'));
    const feature = await work.commit('a feature');
    await work.push();
    await deployed(target, `${name}/dev`, feature);
    const refused = await target.json<Report>('promote', `${name}/prod`);
    expect(refused.problems[0]?.remedy).to.contain(`pilotage backport ${name}/prod`);
    if (byHand) {
      await work.git('cherry-pick', hotfix);
      await work.push();
      await deployed(target, `${name}/dev`, await work.git('rev-parse', 'HEAD'));
    } else {
      const { code, stdout, stderr } = await target.cli('backport', `${name}/prod`);
      expect(code, stderr).to.equal(0);
      expect(stdout).to.contain('hotfix').and.contain(`${name}/dev`);
      const wanted = (await statusOf(target, name, 'dev'))?.wantedRevision ?? '';
      await deployed(target, `${name}/dev`, wanted);
      await work.git('pull', '-q', '--ff-only', work.remote, 'main');
      expect(await work.git('log', '-1', '--format=%an %s')).to.equal('Ann hotfix');
    }
    expect((await target.json<Report>('promote', `${name}/prod`)).outcome).to.equal('Promoted');
    expect((await target.cli('wait', `${name}/prod`, '--timeout', '20s')).code).to.equal(0);
    expect(await valueIn(target, `${name}-prod`)).to.equal('hotfix');
    expect(await valueIn(target, `${name}-prod`, 'b')).to.equal('feature');
    return 'promoted: prod has the hotfix and the feature';
  },
});

export const attacks: readonly Attack[] = [
  hotfixAttack('a hotfix on prod that was cherry-picked to a source with other commits', 'picked', true),
  hotfixAttack('a hotfix on prod, brought to the source by pilotage backport', 'brought', false),
];
