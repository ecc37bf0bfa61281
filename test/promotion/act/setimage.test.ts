import { expect } from 'chai';
import { formatProblem, ok, ProblemError, unwrap } from '../../../src/base/errors.ts';
import { parseTrailers } from '../../../src/git/objects/trailers.ts';
import { imageText, parseImageChange } from '../../../src/model/imagereference.ts';
import { setImage } from '../../../src/promotion/act/setimage.ts';
import type { PromoteOptions } from '../../../src/promotion/options.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { fakeForge } from '../../fakes/forge.ts';
import { named } from '../../fakes/user.ts';
import { createWorld, type World } from '../harness.ts';

const IMAGES = 'pilotage/images/dev';

describe('an image that is set by a commit', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    await world.push('main', { 'web.yaml': 'image: web:1\n', 'b/other.yaml': 'x' });
  });
  afterEach(() => world.dispose());

  /** The first line of a file is where its image is. */
  const options = (): PromoteOptions => ({
    ...world.options,
    async imageEdits(_target, { revision, changes: [change] }) {
      const { name = '', reference } = change ?? {};
      const [file, to] = [`${name}.yaml`, reference ? imageText(reference) : ''];
      const before = Buffer.from((await world.repository.tree(revision)).read(file) ?? '');
      const after = Buffer.from(before.toString().replace(/^image: .*/, `image: ${to}`));
      if (after.equals(before)) return ok({ edits: [], contents: new Map(), before: new Map() });
      const edits = [{ name, file, line: 1, from: 'web:1', to }];
      return ok({ edits, contents: new Map([[file, after]]), before: new Map([[file, before]]) });
    },
  });
  const set = async (
    how: Partial<Parameters<typeof setImage>[2]> = {},
    environment = 'dev',
    parts = options(),
    user = named('ann'),
    change = 'web=web:2',
  ) => {
    const target = await environmentOf(world.home, 'shop', environment);
    const changes = [unwrap(parseImageChange(change))];
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

  /** The branch takes no push. */
  const parts = (): PromoteOptions => ({
    ...options(),
    async publish(move) {
      if (move.branch === 'main')
        throw new ProblemError({ reason: 'PushRefused', message: 'main is protected' });
      return world.options.publish(move);
    },
  });
  function forgeHere() {
    const forge = fakeForge();
    forge.tip = async (branch) => (await world.repository.branches())[branch];
    world.forge = forge;
    return forge;
  }

  it('is a pull request where the branch takes no push, and a patch where there is no forge', async () => {
    expect(await refusal(set({}, 'dev', parts())))
      .to.contain('main is protected')
      .and.contain('-image: web:1\n    +image: web:2');
    const forge = forgeHere();
    const report = await set({}, 'dev', parts());
    const [pull] = forge.kept.pullRequests.values();
    expect(report).to.include({ outcome: 'Proposed', pullRequest: pull?.url });
    expect(pull?.head.branch).to.equal(IMAGES);
    await set({}, 'dev', parts());
    expect(forge.kept.pullRequests.size).to.equal(1);
    expect((await world.tip(IMAGES)).oid, 'the same image again').to.equal(report.commit);
  });

  it('is a further commit of the pull request that is open, whose text then names both', async () => {
    const forge = forgeHere();
    await world.push('main', { 'web.yaml': 'image: web:1\n', 'worker.yaml': 'image: worker:1\n' });
    const first = await set({ reason: 'Build 7' }, 'dev', parts());
    const second = await set({ reason: 'Build 8' }, 'dev', parts(), named('bob'), 'worker=worker:5');
    expect(forge.kept.pullRequests.size).to.equal(1);
    expect([await textOf(IMAGES, 'web.yaml'), await textOf(IMAGES, 'worker.yaml')]).to.deep.equal([
      'image: web:2\n',
      'image: worker:5\n',
    ]);
    const tip = await world.tip(IMAGES);
    expect([tip.oid, tip.parents]).to.deep.equal([second.commit, [first.commit]]);
    const pull = forge.kept.pullRequests.get(1);
    expect(pull?.title).to.equal('Set web, worker in dev');
    expect(pull?.body).to.contain('Build 7').and.contain('Build 8');
    await set({}, 'dev', parts(), named('ann'), 'web=web:3');
    expect(await textOf(IMAGES, 'worker.yaml')).to.equal('image: worker:5\n');
    forge.set(1, { state: 'closed' });
    await set({}, 'dev', parts(), named('ann'), 'web=web:4');
    expect(forge.kept.pullRequests.get(2)?.title).to.equal('Set web to web:4 in dev');
    expect(await textOf(IMAGES, 'worker.yaml'), 'of one that was closed nothing is left').to.equal(
      'image: worker:1\n',
    );
  });

  it('says what went wrong where its pull request cannot be pushed for another reason, and tries again where it was overtaken', async () => {
    forgeHere();
    const { publish } = world.options;
    const failing = (to: () => ReturnType<typeof publish>) =>
      Object.assign(world.options, {
        publish: () => {
          Object.assign(world.options, { publish });
          return to();
        },
      });
    failing(async () => {
      throw new ProblemError({ reason: 'Unreachable', message: 'git.example.com does not answer' });
    });
    expect(await refusal(set({}, 'dev', parts())))
      .to.contain('does not answer')
      .and.not.contain('takes no push');
    failing(async () => 'rejected');
    expect((await set({}, 'dev', parts())).outcome).to.equal('Proposed');
  });
});
