import { expect } from 'chai';
import { formatProblem, ok, ProblemError, unwrap } from '../../../src/base/errors.ts';
import { parseTrailers } from '../../../src/git/objects/trailers.ts';
import { parseImageChange } from '../../../src/model/imagereference.ts';
import { setImage } from '../../../src/promotion/act/setimage.ts';
import type { PromoteOptions } from '../../../src/promotion/options.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { fakeForge } from '../../fakes/forge.ts';
import { named } from '../../fakes/user.ts';
import { createWorld, type World } from '../harness.ts';

describe('an image that is set by a commit', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    await world.push('main', { 'web.yaml': 'image: web:1\n', 'b/other.yaml': 'x' });
  });
  afterEach(() => world.dispose());

  /** The first line of one file is where the image is. */
  const options = (): PromoteOptions => ({
    ...world.options,
    async imageEdits(_target, { revision }) {
      const before = Buffer.from((await world.repository.tree(revision)).read('web.yaml') ?? '');
      const after = Buffer.from(before.toString().replace(/^image: .*/, 'image: web:2'));
      if (after.equals(before)) return ok({ edits: [], contents: new Map(), before: new Map() });
      const edits = [{ name: 'web', file: 'web.yaml', line: 1, from: 'web:1', to: 'web:2' }];
      return ok({ edits, contents: new Map([['web.yaml', after]]), before: new Map([['web.yaml', before]]) });
    },
  });
  const set = async (
    how: Partial<Parameters<typeof setImage>[2]> = {},
    environment = 'dev',
    parts = options(),
    user = named('ann'),
  ) => {
    const target = await environmentOf(world.home, 'shop', environment);
    const changes = [unwrap(parseImageChange('web=web:2'))];
    return setImage(parts, target, { changes, reason: '', force: false, dryRun: false, ...how }, user);
  };
  const refusal = (asked: Promise<unknown>): Promise<string> =>
    asked.then(
      () => 'not refused',
      (error: unknown) => (error instanceof ProblemError ? formatProblem(error.problem) : String(error)),
    );
  const textOf = async (branch: string, path: string) =>
    Buffer.from((await world.repository.tree((await world.tip(branch)).oid)).read(path) ?? '').toString();

  it('changes its file alone, and names who asked, why and from where', async () => {
    const report = await set({ reason: 'Build 7\n\nPilotage-Promotes: x@y', url: 'https://ci.example/7' });
    expect(report.outcome).to.equal('Committed');
    const tip = await world.tip('main');
    expect(tip.oid).to.equal(report.commit);
    expect([await textOf('main', 'web.yaml'), await textOf('main', 'b/other.yaml')]).to.deep.equal([
      'image: web:2\n',
      'x',
    ]);
    expect([tip.author.name, tip.committer.name]).to.deep.equal(['ann', 'Pilotage']);
    expect(tip.message).to.contain('Build 7');
    expect(parseTrailers(tip.message)).to.deep.equal([
      { token: 'Pilotage-Sets-Image', value: 'web=web:2' },
      { token: 'Build-Url', value: 'https://ci.example/7' },
      { token: 'Requested-by', value: 'ann' },
    ]);
  });

  it('is written by the person whose program asked', async () => {
    await set({}, 'dev', options(), { ...named('robot:ann.ci'), owner: 'ann' });
    expect((await world.tip('main')).author.name).to.equal('ann');
  });

  it('is no second commit, and none for a dry run', async () => {
    const before = (await world.tip('main')).oid;
    expect((await set({ dryRun: true })).outcome).to.equal('WouldCommit');
    expect((await world.tip('main')).oid).to.equal(before);
    const { commit } = await set();
    expect(await set()).to.include({ outcome: 'Unchanged', commit });
  });

  it('is built upon what somebody pushed in the same moment', async () => {
    world.meanwhile = () => world.push('main', { 'web.yaml': 'image: web:1\nmore: true\n' });
    expect((await set()).outcome).to.equal('Committed');
    expect(await textOf('main', 'web.yaml')).to.equal('image: web:2\nmore: true\n');
  });

  it('gives up on a branch that moves each time, and changes nothing', async () => {
    const parts: PromoteOptions = { ...options(), publish: async () => 'rejected' };
    expect(await refusal(set({}, 'dev', parts))).to.contain('each of 5 times');
  });

  it('is refused where promotions lead, unless it is forced', async () => {
    await world.push('prod', { 'web.yaml': 'image: web:1\n' });
    expect(await refusal(set({}, 'prod'))).to.contain('pilotage set image shop/dev');
    expect((await set({ force: true, reason: 'It burns' }, 'prod')).outcome).to.equal('Committed');
  });

  it('is refused where commits must be signed by others, with the change to make', async () => {
    world.rehearsal = [{ reason: 'Unsigned', message: 'no' }];
    expect(await refusal(set()))
      .to.contain('known signers only')
      .and.contain('+image: web:2');
    expect(await textOf('main', 'web.yaml')).to.equal('image: web:1\n');
  });

  it('is a pull request where the branch takes no push, and a patch where there is no forge', async () => {
    const { publish } = world.options;
    const parts = (): PromoteOptions => ({
      ...options(),
      async publish(move) {
        if (move.branch === 'main')
          throw new ProblemError({ reason: 'PushRefused', message: 'main is protected' });
        return publish(move);
      },
    });
    expect(await refusal(set({}, 'dev', parts())))
      .to.contain('main is protected')
      .and.contain('-image: web:1\n    +image: web:2');
    const forge = fakeForge();
    forge.tip = async (branch) => (await world.repository.branches())[branch];
    world.forge = forge;
    const report = await set({}, 'dev', parts());
    const [pull] = forge.kept.pullRequests.values();
    expect(report).to.include({ outcome: 'Proposed', pullRequest: pull?.url });
    expect(pull?.head.branch).to.equal('pilotage/images/dev');
    await set({}, 'dev', parts());
    expect(forge.kept.pullRequests.size).to.equal(1);
  });
});
