import { expect } from 'chai';
import { trailerValues } from '../../../src/git/objects/trailers.ts';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { backport } from '../../../src/promotion/act/backport.ts';
import { named } from '../../fakes/user.ts';
import type { Files } from '../../git/support/history.ts';
import { createWorld, refusalOf, type World } from '../harness.ts';

const lines = (...changed: readonly string[]) => {
  const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  return all.map((line) => `${changed.find((word) => word.toLowerCase() === line) ?? line}\n`).join('');
};
const START: Files = { 'app.yaml': lines(), 'other.yaml': 'x' };

describe('a hotfix on the branch of the target', () => {
  let world: World;
  let hotfix: string;
  beforeEach(async () => {
    world = await createWorld();
    await world.ships(START);
    await world.promote();
    hotfix = await world.push('prod', { ...START, 'app.yaml': lines('B') }, 'Stop the leak\n\nIt ran over.');
  });
  afterEach(() => world.dispose());

  const bring = (dryRun = false) => backport(world.options, 'shop', 'prod', { dryRun }, named('ann'));
  const reason = async () => (await world.promote()).problems[0]?.reason ?? 'promoted';

  it('stands in the way of a promotion while the source lacks it, and the remedy is named', async () => {
    await world.ships({ ...START, 'other.yaml': 'y' });
    const [problem] = (await world.promote()).problems;
    expect(problem?.remedy).to.contain('pilotage backport shop/prod').and.contain('git cherry-pick');
  });

  it('does no more once it was picked to the source, although that has other commits before and behind it', async () => {
    await world.push('main', { ...START, 'other.yaml': 'y' }, 'Something else');
    await world.push('main', { 'app.yaml': lines('B'), 'other.yaml': 'y' }, 'Stop the leak');
    await world.ships({ 'app.yaml': lines('B', 'G'), 'other.yaml': 'z' });
    expect(await reason()).to.equal('promoted');
  });

  it('does no more when the source has corrected it since it was picked', async () => {
    await world.push('main', { 'app.yaml': lines('B'), 'other.yaml': 'y' }, 'Stop the leak');
    await world.ships({ 'app.yaml': lines('B').replace('B', 'better'), 'other.yaml': 'y' });
    expect(await reason()).to.equal('promoted');
  });

  it('still does when only another one was picked', async () => {
    await world.push('prod', { 'app.yaml': lines('B', 'G'), 'other.yaml': 'x' }, 'Second');
    await world.ships({ 'app.yaml': lines('B'), 'other.yaml': 'y' });
    const [problem] = (await world.promote()).problems;
    expect(problem?.details?.map((line) => line.slice(8))).to.deep.equal(['Second']);
  });

  it('still does when a side branch of the source merely never had what it changed', async () => {
    await world.push('main', { 'app.yaml': lines('F'), 'other.yaml': 'y' });
    const side = await world.push('side', { 'app.yaml': lines('B'), 'other.yaml': 'q' });
    const main = (await world.tip('main')).oid;
    const { tree } = await world.repository.commit(main);
    const who = { name: 'Ada', email: 'ada@example.com', at: Date.now() };
    const merge = await world.repository.commitTree({
      tree,
      parents: [main, side],
      message: 'ours',
      author: who,
    });
    await world.repository.moveBranch('main', merge, main);
    await world.deploys('dev', merge);
    expect(await reason()).to.equal('TargetDiverged');
  });

  it('is brought to the branch of the source with its author, its words and where it comes from', async () => {
    const main = await world.ships({ 'app.yaml': lines('G'), 'other.yaml': 'y' });
    expect(await bring(true)).to.deep.include({ outcome: 'WouldBackport', branch: 'main' });
    expect((await world.tip('main')).oid).to.equal(main);
    const report = await bring();
    expect(report).to.deep.include({ outcome: 'Backported', from: 'prod', to: 'dev', branch: 'main' });
    const tip = await world.tip('main');
    expect(tip.parents).to.deep.equal([main]);
    expect(tip.author.name).to.equal('Ada');
    expect(tip.committer.name).to.equal('Pilotage');
    expect(tip.message).to.match(/^Stop the leak\n\nIt ran over\.\n\n\(cherry picked from commit /);
    expect(trailerValues(tip.message, 'Pilotage-Backports')).to.deep.equal([`prod@${hotfix}`]);
    const files = await world.repository.tree(tip.oid);
    expect(files.read('app.yaml')?.toString()).to.equal(lines('B', 'G'));
    expect((await bring()).outcome).to.equal('UnderWay');
    await world.deploys('dev', tip.oid);
    expect(await reason()).to.equal('promoted');
    expect((await bring()).outcome).to.equal('UpToDate');
  });

  it('goes to the branch that the chain of promotions begins on', async () => {
    await world.ships(START);
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop.dev' };
    const dev = await world.home.get(ENVIRONMENTS, key);
    await world.home.create(ENVIRONMENTS, {
      ...dev,
      metadata: { name: 'shop.first', namespace: PILOTAGE_NAMESPACE },
      spec: { ...dev.spec, environment: 'first', branch: 'trunk' },
    });
    await world.push('trunk', START);
    await world.deploys('dev', (await world.tip('main')).oid, {
      promotionPolicy: { from: 'first', auto: false, gates: {} },
    });
    expect(await bring()).to.deep.include({ outcome: 'Backported', to: 'first', branch: 'trunk' });
  });

  it('that the source has changed in another way is left alone, with the files and what to do by hand', async () => {
    const main = await world.ships({ 'app.yaml': lines('B').replace('B', 'other'), 'other.yaml': 'x' });
    const error = await bring().then(
      () => undefined,
      (caught: { problem: { reason: string; details: string[]; remedy: string } }) => caught.problem,
    );
    expect(error).to.deep.include({ reason: 'BackportConflict', details: ['app.yaml'] });
    expect(error?.remedy).to.contain(
      `git checkout main && git pull && git cherry-pick ${hotfix.slice(0, 10)}`,
    );
    expect((await world.tip('main')).oid).to.equal(main);
  });

  it('is none where the two branches never had anything in common', async () => {
    const { oid } = await world.tip();
    const alien = await world.push('alien', { 'z.yaml': 'z' });
    await world.repository.moveBranch('prod', alien, oid);
    expect(await refusalOf(bring())).to.equal('NothingInCommon');
  });

  it('is not brought over somebody’s push of the same moment', async () => {
    await world.ships({ ...START, 'other.yaml': 'y' });
    world.meanwhile = () => world.push('main', { ...START, 'other.yaml': 'z' });
    expect(await refusalOf(bring())).to.equal('SourceMoved');
  });
});
