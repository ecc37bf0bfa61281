import { join } from 'node:path';
import { expect } from 'chai';
import { promotionCommit } from '../../../src/git/history/merge.ts';
import {
  parseTrailers,
  promotedFrom,
  trailerValues,
  withTrailers,
} from '../../../src/git/objects/trailers.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { drop, scratch } from '../support/git.ts';
import { ADA, commit } from '../support/history.ts';

describe('trailers', () => {
  it('are the last paragraph, when all of it is trailers and it is not the first', () => {
    expect(parseTrailers('subject\n\nbody\n\nA: 1\nB-c: two\n  lines\n')).to.deep.equal([
      { token: 'A', value: '1' },
      { token: 'B-c', value: 'two lines' },
    ]);
    expect(parseTrailers('A: 1')).to.deep.equal([]);
    expect(parseTrailers('subject\n\nA: 1\nprose follows')).to.deep.equal([]);
    expect(parseTrailers('')).to.deep.equal([]);
  });

  it('join a block that is there, else begin one', () => {
    expect(withTrailers('subject', [{ token: 'A', value: '1' }])).to.equal('subject\n\nA: 1\n');
    expect(withTrailers('subject\n\nA: 1\n', [{ token: 'B', value: '2' }])).to.equal(
      'subject\n\nA: 1\nB: 2\n',
    );
    expect(trailerValues(withTrailers('s\n\nb', [{ token: 'A', value: 'x\ny' }]), 'a')).to.deep.equal([
      'x y',
    ]);
  });
});

describe('a promotion', () => {
  let dir: string;
  let repo: OpenRepository;
  beforeEach(async () => {
    dir = scratch();
    repo = await openRepository(join(dir, 'r.git'), { create: true });
  });
  afterEach(() => {
    repo.close();
    drop(dir);
  });

  it('is a merge on the target whose tree is the source’s', async () => {
    const base = await commit(repo, { a: '1' });
    const target = await commit(repo, { a: 'hotfix' }, [base]);
    const source = await commit(repo, { a: '2', b: '3' }, [base]);
    const input = { environment: 'dev', source, target, message: 'Promote dev to prod', author: ADA };
    const promoted = await repo.commit(await promotionCommit(repo, input));
    expect(promoted.parents).to.deep.equal([target, source]);
    expect(promoted.tree).to.equal((await repo.commit(source)).tree);
    expect(promotedFrom(promoted.message)).to.deep.equal({ environment: 'dev', revision: source });
  });

  it('begins the branch with a commit that carries the trailer', async () => {
    const source = await commit(repo, { a: '1' });
    const input = { environment: 'dev', source, target: undefined, message: 'First', author: ADA };
    const promoted = await repo.commit(await promotionCommit(repo, input));
    expect(promoted.parents).to.deep.equal([source]);
    expect(promotedFrom(promoted.message)?.revision).to.equal(source);
  });
});
