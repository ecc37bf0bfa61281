import { expect } from 'chai';
import { reject } from '../../../src/promotion/act/reject.ts';
import { permit } from '../../../src/promotion/permit/permit.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { signedIn } from '../../fakes/user.ts';
import { createWorld, refusalOf, type World } from '../harness.ts';

describe('a revision that a person rejects', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ required: true });
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
  });
  afterEach(() => world.dispose());

  const says = (request: Partial<Parameters<typeof reject>[3]> = {}) =>
    reject(world.options, 'shop', 'prod', { reason: 'wrong prices', ...request }, signedIn('tess'));

  it('is not promoted, and whoever asks learns who said so and why', async () => {
    const revision = await world.ships({ 'app.yaml': 'two' });
    await says();
    const { outcome, problems } = await world.promote({ again: true });
    expect([outcome, problems[0]?.reason]).to.deep.equal(['Refused', 'RejectedByPerson']);
    expect(problems[0]?.message).to.equal(
      `tess rejected ${revision.slice(0, 7)} for shop/prod (wrong prices).`,
    );
  });

  it('is promoted once the word is taken back', async () => {
    await world.ships({ 'app.yaml': 'two' });
    await says();
    await says({ off: true });
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('stops a later revision that still has all of it', async () => {
    await world.ships({ 'app.yaml': 'two' });
    await says();
    await world.ships({ 'app.yaml': 'two', 'readme.md': 'more' });
    expect((await world.promote()).problems[0]?.message).to.contain('has all of it');
  });

  it('stops no later revision that has changed what it brought', async () => {
    await world.ships({ 'app.yaml': 'two' });
    await says();
    await world.ships({ 'app.yaml': 'three' });
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('may be named, by the beginning of its id', async () => {
    const first = await world.ships({ 'app.yaml': 'two' });
    await world.ships({ 'app.yaml': 'three' });
    await says({ revision: first.slice(0, 12) });
    expect((await world.promote()).outcome).to.equal('Promoted');
    expect((await world.record(first)).spec.rejected).to.deep.include({ by: 'tess', reason: 'wrong prices' });
  });

  it('is not deployed where somebody merges it by hand', async () => {
    await world.ships({ 'app.yaml': 'two' });
    await says();
    const merged = await world.push('prod', { 'app.yaml': 'two' }, 'Merge main by hand');
    const permission = await permit(world.options, await environmentOf(world.home, 'shop', 'prod'), merged);
    expect(permission.type).to.equal('held');
    expect(permission).to.have.property('message').that.contains('rejected: tess rejected');
  });

  it('needs a reason', async () => {
    await world.ships({ 'app.yaml': 'two' });
    expect(await refusalOf(says({ reason: ' ' }))).to.equal('ReasonMissing');
  });

  it('must be one that is there, and that the target does not run', async () => {
    expect(await refusalOf(says({ revision: 'abcdef12' }))).to.equal('NotFound');
    const { oid, tree } = await world.tip();
    await world.deploys('prod', oid, { deployedTree: tree });
    expect(await refusalOf(says())).to.equal('AlreadyDeployed');
  });

  it('has nothing to be taken back where nobody said so', async () => {
    expect(await refusalOf(says({ off: true }))).to.equal('NotFound');
  });
});
