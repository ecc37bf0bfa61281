import { expect } from 'chai';
import { eventually, type Pilotage, statusOf, type Work } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { checkoutProd, config, deployed, plainRepository, type Report, valueIn } from './promotion.ts';

const pair = (auto: boolean): string =>
  `\n{name: dev, branch: main}\n{name: prod, branch: prod, promotion: {from: dev, auto: ${auto}}}`;

/** dev and prod run a second revision, then prod takes it back with `git revert`. */
async function takenBack(
  target: Pilotage,
  name: string,
  auto: boolean,
): Promise<{ work: Work; revert: string }> {
  const arrived = async () => {
    if (!auto) await target.json<Report>('promote', `${name}/prod`);
    await work.git('fetch', '-q', work.remote, 'main');
  };
  const work = await plainRepository(target, name, pair(auto));
  await deployed(target, `${name}/dev`, await work.git('rev-parse', 'HEAD'));
  await arrived();
  await waitForValue(target, name, 'one');
  await work.write('k8s/a.yaml', config('a', 'two'));
  const second = await work.commit('second');
  await work.push();
  await deployed(target, `${name}/dev`, second);
  await arrived();
  await waitForValue(target, name, 'two');
  await checkoutProd(work);
  await work.git('revert', '--no-edit', '-m', '1', 'HEAD');
  const revert = await work.git('rev-parse', 'HEAD');
  const { code, stderr } = await work.push('prod');
  expect(code, stderr).to.equal(0);
  await deployed(target, `${name}/prod`, revert);
  await work.git('checkout', '-q', 'main');
  return { work, revert };
}

async function waitForValue(target: Pilotage, name: string, value: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while ((await valueIn(target, `${name}-prod`)) !== value) {
    if (Date.now() > deadline) throw new Error(`${name}-prod has no ${value}`);
  }
  const { code, stderr } = await target.cli('wait', `${name}/prod`, '--timeout', '20s');
  expect(code, stderr).to.equal(0);
}

export const attacks: readonly Attack[] = [
  {
    input: 'git revert of a promotion on prod, where promotions are automatic',
    async run(target) {
      const { work, revert } = await takenBack(target, 'undone', true);
      // Whatever wakes the promotion: a change of the source's status, another commit that still has all of it.
      await target.cli('sync', 'undone/dev', '--wait');
      await work.write('k8s/b.yaml', config('b', 'unrelated'));
      const later = await work.commit('unrelated');
      await work.push();
      await deployed(target, 'undone/dev', later);
      await eventually('it is said why it is not promoted again', async () =>
        (await target.cli('why', 'undone/prod')).stdout.includes(
          'not promoted to undone/prod again unless a person asks for it',
        ),
      );
      await target.cli('sync', 'undone/prod', '--wait', '--timeout', '3s');
      expect(await valueIn(target, 'undone-prod')).to.equal('one');
      const status = await statusOf(target, 'undone', 'prod');
      expect(status?.deployedRevision).to.equal(revert);
      expect(status?.message).to.contain('pilotage promote undone/prod --again');
      await work.write('k8s/a.yaml', config('a', 'three'));
      await work.commit('corrected');
      await work.push();
      await waitForValue(target, 'undone', 'three');
      return 'stayed taken back; a corrected revision was promoted';
    },
  },
  {
    input: 'git revert of a promotion on prod, then a promotion by hand of the same revision',
    async run(target) {
      await takenBack(target, 'byhand', false);
      const { code, stdout } = await target.cli('promote', 'byhand/prod');
      expect(code).to.equal(1);
      expect(stdout).to.contain('Refused').and.contain('pilotage promote byhand/prod --again');
      expect(await valueIn(target, 'byhand-prod')).to.equal('one');
      const again = await target.cli('promote', 'byhand/prod', '--again');
      expect(again.code, again.stdout + again.stderr).to.equal(0);
      await waitForValue(target, 'byhand', 'two');
      return 'refused, with the word that it takes; promoted with that word';
    },
  },
];
