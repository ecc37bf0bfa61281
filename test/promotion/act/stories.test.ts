import { expect } from 'chai';
import type { ReleaseReport } from '../../../src/model/faces.ts';
import { withStories } from '../../../src/promotion/act/stories.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { createWorld, type World } from '../harness.ts';

describe('the history of an environment', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ gates: { healthy: 60_000, approvals: 1 } });
  });
  afterEach(() => world.dispose());

  const told = async (revision: string) => {
    const target = await environmentOf(world.home, 'shop', 'prod');
    const report = { number: 1, revision, pushes: [], cause: 'commit', result: 'Healthy' };
    const [found] = await withStories(world.options, target, [report as unknown as ReleaseReport]);
    return found?.promotion;
  };

  it('says who asked for a promotion, what it waited for although that is over, and who approved it', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    await world.promote({ by: 'ann' });
    await world.clock.advance(61_000);
    await world.approve('bob');
    const { mergeCommit = '' } = await world.promote({ by: 'ann' });
    const story = await told(mergeCommit);
    expect(story).to.deep.include({ from: 'dev', revision, requestedBy: 'ann', approvedBy: ['bob'] });
    expect(story?.waited.map(({ gate }) => gate)).to.deep.equal(['healthy', 'approvals']);
    expect(story?.waited[0]?.reason).to.contain('must be healthy for 1m');
    expect(story?.mergedAt).to.equal(new Date(world.clock.now()).toISOString().replace('.000', ''));
  });

  it('says nothing of the kind of what a person pushed', async () => {
    expect(await told('a'.repeat(40))).to.equal(undefined);
  });
});
