import { expect } from 'chai';
import { checkHistories } from './check.ts';

describe('random histories of two branches', () => {
  it('are promoted as git and trees say, and none loses work in silence', async function () {
    this.timeout(60_000);
    const { counts, broken } = await checkHistories(20261, 60);
    expect(broken).to.deep.equal([]);
    // What is never tried proves nothing.
    for (const what of [
      ...['promote advanced', 'promote diverged', 'promote rejected', 'again advanced again', 'hotfix done'],
      ...['backport brought', 'squash done', 'merge done', 'revert done', 'sourceRevert done', 'rename done'],
      ...['delete done', 'backMerge done', 'crissCross done', 'promotion as git', 'replay as git'],
    ])
      expect(counts.get(what) ?? 0, what).to.be.greaterThan(0);
  });
});
