import { expect } from 'chai';
import { formatProblem } from '../../../src/base/errors.ts';
import { storageProblem } from '../../../src/git/store/storage-errors.ts';

const refused = (code: string) => Object.assign(new Error(`${code}: write`), { code });

describe('a push that the disk refuses', () => {
  it('is told why, in words, and what would unblock it', () => {
    const problem = storageProblem(refused('ENOSPC'));
    expect(problem && formatProblem(problem)).to.equal(
      'nothing was taken over where Pilotage keeps its data: the disk is full (ENOSPC)\n' +
        '  → What is deployed goes on. Make room there, then push again.',
    );
  });
  it('is told apart from a failure of ours', () => {
    expect(storageProblem(new Error('a slip'))).to.equal(undefined);
    expect(storageProblem(refused('ENOENT'))).to.equal(undefined);
  });
});
