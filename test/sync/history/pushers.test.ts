import { expect } from 'chai';
import { promotionCommit } from '../../../src/git/history/merge.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { pushersOf } from '../../../src/sync/history/pushers.ts';
import { drop, scratch } from '../../git/support/git.ts';
import { ADA, commit } from '../../git/support/history.ts';

describe('who pushed a release', () => {
  let dir: string;
  let repository: OpenRepository;
  let first: string;
  beforeEach(async () => {
    dir = scratch();
    repository = await openRepository(`${dir}/shop.git`, { create: true });
    first = await commit(repository, { a: '1' });
    const at = '2026-01-01T00:00:00Z';
    const move = { ref: 'refs/heads/main', from: null, to: first };
    repository.pushes.append([
      { at, by: 'eve', program: 'robot:eve.ci', verified: true, move, commits: [first] },
      { at, by: 'bob', verified: false, commits: [first] },
    ]);
  });
  afterEach(() => {
    repository.close();
    drop(dir);
  });

  const namesOf = async (revision: string) =>
    (await pushersOf(repository, [revision]))(revision).map(({ by, verified }) => `${by} ${verified}`);

  it('is everybody who put it on a branch, with the program and whether the name was proven', async () => {
    const [bob, eve] = (await pushersOf(repository, [first]))(first);
    expect(bob).to.deep.equal({ at: '2026-01-01T00:00:00Z', by: 'bob', verified: false });
    expect(eve).to.deep.include({ by: 'eve', program: 'robot:eve.ci', ref: 'refs/heads/main' });
  });

  it('is of a promotion whoever pushed what it promoted', async () => {
    const merge = await promotionCommit(repository, {
      environment: 'dev',
      source: first,
      target: undefined,
      message: 'Promote dev to prod',
      author: ADA,
    });
    expect(await namesOf(merge)).to.deep.equal(['bob false', 'eve true']);
  });

  it('is of a commit that only says that it is a promotion whoever pushed it, before all others', async () => {
    const forged = await commit(
      repository,
      { a: 'evil' },
      [first],
      `evil\n\nPilotage-Promotes: dev@${first}`,
    );
    const move = { ref: 'refs/heads/main', from: first, to: forged };
    const at = '2026-01-02T00:00:00Z';
    repository.pushes.append([{ at, by: 'mallory', verified: true, move, commits: [forged] }]);
    expect(await namesOf(forged)).to.deep.equal(['mallory true', 'bob false', 'eve true']);
  });

  it('is nobody where that is not known: of a remote, and of a commit that is gone', async () => {
    expect((await pushersOf(undefined, [first]))(first)).to.deep.equal([]);
    expect(await namesOf('f'.repeat(40))).to.deep.equal([]);
  });
});
