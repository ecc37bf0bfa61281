import { expect } from 'chai';
import { pathsBelow } from '../../src/base/filetree.ts';

describe('the paths below a folder', () => {
  const paths = ['a', 'a-b/c', 'a/b', 'a/b/c', 'a/z', 'a0', 'ab/c', 'b'].sort();
  const tree = { paths, read: () => undefined, digest: () => undefined };

  it('are those that a look at every path finds', () => {
    for (const folder of ['a', 'a-b', 'a/b', 'ab', 'b', 'nothing', '0', 'z'])
      expect(pathsBelow(tree, folder), folder).to.deep.equal(
        paths.filter((path) => path.startsWith(`${folder}/`)),
      );
  });

  it('are all paths below the root', () => {
    expect(pathsBelow(tree, '')).to.deep.equal(paths);
  });
});
