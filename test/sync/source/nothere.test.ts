import { expect } from 'chai';
import { notHere } from '../../../src/sync/source/nothere.ts';
import { filesOf } from '../../fakes/filetree.ts';

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`;
const MODULES = '[submodule "web"]\n\tpath = deploy/web\n\turl = https://git.example.com/web.git\n';
const app = (path: string, ...values: string[]) => ({
  name: 'web',
  source: { type: 'folder' as const, path },
  values,
});

describe('what a repository does not hold of an app', () => {
  it('is named with the line of .gitmodules where a submodule is, or is above, its folder or its values', () => {
    const tree = filesOf({ '.gitmodules': MODULES, 'shop/Chart.yaml': 'name: shop' });
    for (const one of [app('deploy/web'), app('deploy/web/chart'), app('shop', 'deploy/web/values.yaml')]) {
      const problem = notHere(tree, one);
      expect(problem?.reason).to.equal('SubmoduleNotFetched');
      expect(problem?.message).to.equal('app web: deploy/web is a submodule, and submodules are not fetched');
      expect(problem?.place).to.deep.equal({ file: '.gitmodules', line: 2 });
    }
  });

  it('does not matter where the submodule is no input, or its folder has files of its own', () => {
    const beside = filesOf({ '.gitmodules': MODULES, 'shop/Chart.yaml': 'name: shop' });
    for (const path of ['shop', 'deploy', 'deploy/webshop', ''])
      expect(notHere(beside, app(path))).to.equal(undefined);
    const kept = filesOf({ '.gitmodules': MODULES, 'deploy/web/Chart.yaml': 'name: web' });
    expect(notHere(kept, app('deploy/web'))).to.equal(undefined);
  });

  it('is named where Git LFS has the content of a manifest, a template, a packed chart or of values', () => {
    for (const path of ['web/a.yaml', 'web/templates/NOTES.txt', 'web/charts/db.tgz', 'values/prod.yaml']) {
      const tree = filesOf({ [path]: POINTER, 'web/b.yaml': 'b: 1' });
      const problem = notHere(tree, app('web', 'values/prod.yaml'));
      expect(problem?.reason).to.equal('LfsNotFetched');
      expect(problem?.place).to.deep.equal({ file: path, line: 1 });
      expect(problem?.remedy).to.contain(path);
    }
  });

  it('is not a picture or data beside a chart, nor a long text that begins like a pointer, nor a file of another app', () => {
    const tree = filesOf({
      'web/logo.png': POINTER,
      'web/data/prices.json': POINTER,
      'web/long.yaml': POINTER + '#'.repeat(1024),
      'other/a.yaml': POINTER,
    });
    expect(notHere(tree, app('web'))).to.equal(undefined);
  });
});
