import { join } from 'node:path';
import { expect } from 'chai';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { drop, scratch } from '../support/git.ts';
import { commit } from '../support/history.ts';

describe('the files of a folder at a commit', () => {
  const dir = scratch();
  let repository: OpenRepository;
  before(async () => {
    repository = await openRepository(join(dir, 'r.git'), { create: true });
  });
  after(() => {
    repository.close();
    drop(dir);
  });

  it('are those below it, without what is left out, and are read when they are asked for', async () => {
    const files = { 'app/b.txt': 'b', 'app/a/c.txt': 'c', 'app/chart/x': '1', 'other/d': 'd' };
    const revision = await commit(repository, files);
    const found = await repository.filesAt(revision, 'app/', ['app/chart', 'other']);
    expect(found?.files.map(({ path, kind }) => [path, kind])).to.deep.equal([
      ['a/c.txt', 'file'],
      ['b.txt', 'file'],
    ]);
    expect(found?.files.map((file) => found.read(file).toString())).to.deep.equal(['c', 'b']);
  });

  it('are none where there is no such folder', async () => {
    const revision = await commit(repository, { file: '1' });
    expect(await repository.filesAt(revision, 'nowhere')).to.equal(undefined);
    expect(await repository.filesAt(revision, 'file')).to.equal(undefined);
  });
});
