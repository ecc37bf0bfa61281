import { expect } from 'chai';
import { ByteCache, scopeOf } from '../../../src/base/bytecache.ts';
import type { FileTree } from '../../../src/base/filetree.ts';
import { createTreeLoader } from '../../../src/git/tree/treecache.ts';

describe('a tree of a commit', () => {
  let loads: string[];
  let failing: boolean;
  const load = async (tree: string, { path = '' }: { path?: string }): Promise<FileTree> => {
    loads.push(`${tree} ${path}`.trim());
    if (failing) throw new Error('the disk is gone');
    return { paths: ['a'], read: () => Buffer.alloc(1_000), digest: () => tree };
  };
  const loader = (bytes = 10_000) => createTreeLoader(scopeOf(new ByteCache(bytes)), load);
  beforeEach(() => {
    [loads, failing] = [[], false];
  });

  it('is loaded once for all who ask at the same time, and for those who ask later', async () => {
    const tree = loader();
    const [one, two] = await Promise.all([tree('t1'), tree('t1')]);
    expect(await tree('t1'))
      .to.equal(one)
      .and.to.equal(two);
    expect(loads).to.deep.equal(['t1']);
  });

  it('is another one where another part of it is asked for', async () => {
    const tree = loader();
    await Promise.all([tree('t1'), tree('t1', { path: 'a' }), tree('t1', { exclude: ['a'] })]);
    expect(loads).to.deep.equal(['t1', 't1 a', 't1']);
  });

  it('is loaded again after a failure', async () => {
    const tree = loader();
    failing = true;
    expect(await tree('t1').catch(({ message }) => message)).to.equal('the disk is gone');
    failing = false;
    await tree('t1');
    expect(loads).to.deep.equal(['t1', 't1']);
  });

  it('is let go when newer ones need the room', async () => {
    const tree = loader(2_500);
    await tree('t1');
    await tree('t2');
    await tree('t3');
    await tree('t1');
    expect(loads).to.deep.equal(['t1', 't2', 't3', 't1']);
  });
});
