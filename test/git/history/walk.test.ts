import { expect } from 'chai';
import { between, log } from '../../../src/git/history/walk.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { drop, scratch } from '../support/git.ts';
import { commit, randomHistory, seeded } from '../support/history.ts';

describe('the commits between two points of a history', () => {
  let dir: string;
  let repo: OpenRepository;
  beforeEach(async () => {
    dir = scratch();
    repo = await openRepository(`${dir}/shop.git`, { create: true });
  });
  afterEach(() => {
    repo.close();
    drop(dir);
  });

  it('are those that one reaches and the others do not, merges included', async () => {
    const random = seeded(7);
    const commits = await randomHistory(repo, random, 60);
    const pick = () => commits[Math.floor(random() * commits.length)] ?? '';
    for (let i = 0; i < 60; i++) {
      const [to, from] = [pick(), [pick(), pick()].slice(0, i % 3)];
      const found = await between(repo.store, to, from);
      const expected = await log(repo.store, to, { exclude: from, allParents: true });
      expect([...found].sort()).to.deep.equal(expected.map(({ oid }) => oid).sort());
    }
  });

  it('are all found where the clock of an author was years behind', async () => {
    const base = await commit(repo, { a: '1' }, [], 'base', 1_000);
    const early = await commit(repo, { a: '2' }, [base], 'by a clock of long ago', -1_000_000);
    const tip = await commit(repo, { a: '3' }, [early], 'tip', 2_000);
    expect(await between(repo.store, tip, [base])).to.have.members([tip, early]);
  });
});
