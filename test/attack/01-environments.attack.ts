import { expect } from 'chai';
import { cliAs } from '../e2e/accounts.ts';
import { eventually, type Pilotage, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { config, deployed, PLAIN, plainRepository, told, valueIn } from './promotion.ts';

const HONEST = `{name: dev, branch: main}
{name: prod, branch: prod, promotion: {from: dev, gates: {approvals: 2}}}`;

/** dev on main, and prod deployed on a branch of its own, behind two approvals. */
async function withProd(target: Pilotage, name: string) {
  const work = await plainRepository(target, name, HONEST);
  const revision = await work.git('rev-parse', 'HEAD');
  await deployed(target, `${name}/dev`, revision);
  for (const by of ['bob', 'carol']) await cliAs(target, by, 'approve', `${name}/prod`);
  const { code, stdout, stderr } = await target.cli('promote', `${name}/prod`);
  expect(code, stdout + stderr).to.equal(0);
  await eventually('prod is deployed', async () => (await valueIn(target, `${name}-prod`)) === 'one');
  await work.git('fetch', '--quiet', `${target.ready.git}/${name}.git`, 'prod:refs/heads/prod');
  return work;
}

interface Terms {
  readonly branch: string;
  readonly namespace: string;
  readonly promotion?: { readonly gates: { readonly approvals?: number } };
  readonly proposal?: string;
}
const termsOf = async (target: Pilotage, delivery: string) =>
  (await statusOf(target, delivery, 'prod')) as unknown as Terms;

async function expectUntouched(target: Pilotage, delivery: string): Promise<Terms> {
  const terms = await termsOf(target, delivery);
  expect(terms).to.include({ branch: 'prod', namespace: `${delivery}-prod` });
  expect(terms.promotion?.gates.approvals).to.equal(2);
  expect(await valueIn(target, `${delivery}-prod`)).to.equal('one');
  return terms;
}

export const attacks: readonly Attack[] = [
  {
    input: "a dev push that says {name: prod, branch: main} and merges prod's history",
    async run(target) {
      const work = await withProd(target, 'repoint');
      await work.git('merge', '--quiet', '-s', 'ours', '-m', 'merge prod', 'prod');
      await work.write('pilotage.yaml', PLAIN('{name: dev, branch: main}\n{name: prod, branch: main}'));
      await work.write('k8s/a.yaml', config('a', 'evil'));
      const evil = await work.commit('re-point prod');
      const { stderr } = await work.push();
      await deployed(target, 'repoint/dev', evil);
      const { proposal } = await expectUntouched(target, 'repoint');
      expect(proposal).to.match(/asks for branch prod → main, promotion from dev, gates approvals 2 → none/);
      expect(told(stderr)).to.contain('[prod] pilotage.yaml of main asks for branch prod → main');
      return 'prod stays as it is; the pusher and status say what is proposed, and what makes it count';
    },
  },
  {
    input: 'a dev push that takes the approvals of prod away, then `promote` at once',
    async run(target) {
      const work = await withProd(target, 'weaken');
      await work.write('pilotage.yaml', PLAIN(HONEST.replace('approvals: 2', '')));
      await work.write('k8s/a.yaml', config('a', 'evil'));
      const evil = await work.commit('no approvals');
      await work.push();
      await deployed(target, 'weaken/dev', evil);
      const { code, stdout } = await target.cli('promote', 'weaken/prod');
      expect(code, stdout).to.equal(1);
      await expectUntouched(target, 'weaken');
      const id = /pilotage accept weaken\/prod ([0-9a-f]+)/.exec(
        (await termsOf(target, 'weaken')).proposal ?? '',
      )?.[1];
      await work.write(
        'pilotage.yaml',
        PLAIN(HONEST.replace(', promotion: {from: dev, gates: {approvals: 2}}', '')),
      );
      await work.commit('another proposal');
      await work.push();
      const stale = await target.cli('accept', 'weaken/prod', id ?? '');
      expect(stale.stderr).to.contain('is not what is proposed now');
      await expectUntouched(target, 'weaken');
      return '2 approvals are asked for as before; a word for the older proposal is refused';
    },
  },
  {
    input: 'prod deleted from pilotage.yaml, the file broken, then prod written anew on main, push by push',
    async run(target) {
      const work = await withProd(target, 'vanish');
      const files = [
        PLAIN('{name: dev, branch: main}'),
        'kind: Delivery\nspec: {bogus: 1}\n',
        PLAIN('{name: dev, branch: main}\n{name: prod, branch: main}'),
      ];
      for (const file of files) {
        await work.write('pilotage.yaml', file);
        await work.commit('again');
        await work.push();
        expect((await statusOf(target, 'vanish', 'prod'))?.phase).not.to.equal('Frozen');
      }
      await expectUntouched(target, 'vanish');
      return 'prod goes on by the pilotage.yaml of its own branch';
    },
  },
  {
    input: 'gates that are lowered, and a branch that is re-pointed, before prod was ever deployed',
    async run(target) {
      const work = await plainRepository(
        target,
        'early',
        '{name: dev, branch: main}\n{name: prod, promotion: {from: dev}}',
      );
      await work.write('pilotage.yaml', PLAIN(HONEST));
      await work.commit('gates');
      await work.push();
      await work.write('pilotage.yaml', PLAIN('{name: dev, branch: main}\n{name: prod, branch: main}'));
      const evil = await work.commit('none');
      await work.push();
      await deployed(target, 'early/dev', evil);
      const { code, stdout } = await target.cli('promote', 'early/prod');
      expect(code, stdout).to.equal(1);
      const { promotion, branch } = await termsOf(target, 'early');
      expect([branch, promotion?.gates.approvals]).to.deep.equal(['prod', 2]);
      return 'gates that were written count, and stay';
    },
  },
  {
    input:
      'a dev push that adds {name: x, branch: prod, promotion: {from: dev, auto: true}}, where prod is promoted by hand',
    async run(target) {
      const honest = '{name: dev, branch: main}\n{name: prod, promotion: {from: dev}}';
      const work = await plainRepository(target, 'shared', honest);
      await deployed(target, 'shared/dev', await work.git('rev-parse', 'HEAD'));
      await target.cli('promote', 'shared/prod');
      await eventually('prod is deployed', async () => (await valueIn(target, 'shared-prod')) === 'one');
      await work.write(
        'pilotage.yaml',
        PLAIN(`${honest}\n{name: x, branch: prod, promotion: {from: dev, auto: true}}`),
      );
      await work.write('k8s/a.yaml', config('a', 'evil'));
      const evil = await work.commit('round');
      await work.push();
      await deployed(target, 'shared/dev', evil);
      const { code, stdout } = await target.cli('promote', 'shared/x');
      expect(code, stdout).to.equal(1);
      expect(stdout).to.contain('prod is the branch of shared/prod too');
      expect(await valueIn(target, 'shared-prod')).to.equal('one');
      const { code: promoted, stdout: said } = await target.cli('promote', 'shared/prod');
      expect(promoted, said).to.equal(0);
      return 'nothing is promoted to x; prod is promoted by hand as before';
    },
  },
  {
    input: 'a dev push that adds an environment on a branch called constructor',
    async run(target) {
      const work = await plainRepository(target, 'proto', '{name: dev, branch: main}');
      await work.write(
        'pilotage.yaml',
        PLAIN('{name: dev, branch: main}\n{name: x, branch: constructor, promotion: {from: dev}}'),
      );
      const revision = await work.commit('a branch that every object has');
      await work.push();
      await deployed(target, 'proto/dev', revision);
      expect((await statusOf(target, 'proto', 'x'))?.message).to.contain('does not exist yet');
      return 'it waits for its branch as any other does; dev goes on';
    },
  },
];
