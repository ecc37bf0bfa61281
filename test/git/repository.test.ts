import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../src/base/errors.ts';
import { readText } from '../../src/base/filetree.ts';
import { FOLDER, serializeTree, type TreeEntry } from '../../src/git/objects/object.ts';
import { type OpenRepository, openRepository } from '../../src/git/repository.ts';
import { staysInside } from '../../src/git/tree/export.ts';
import { drop, scratch } from './support/git.ts';
import { commit, randomHistory, seeded } from './support/history.ts';

const reasonOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no problem',
    (error) => problemOf(error).reason,
  );

describe('a repository', () => {
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

  it('is not made by looking for one', async () => {
    mkdirSync(join(dir, 'empty'));
    expect(await reasonOf(openRepository(join(dir, 'empty')))).to.equal('NotARepository');
    expect(readdirSync(join(dir, 'empty'))).to.deep.equal([]);
  });

  it('moves a branch only from where the caller thinks that it is', async () => {
    const one = await commit(repo, { a: '1' });
    const two = await commit(repo, { a: '2' }, [one]);
    expect(await repo.moveBranch('main', one, null)).to.equal(true);
    expect(await repo.moveBranch('main', two, null)).to.equal(false);
    expect(await repo.moveBranch('main', two, two)).to.equal(false);
    expect(await repo.moveBranch('main', two, one)).to.equal(true);
    expect(await repo.branches()).to.deep.equal({ main: two });
  });

  it('lets exactly one of many concurrent moves win', async () => {
    const base = await commit(repo, { a: '0' });
    await repo.moveBranch('main', base, null);
    const tips = await Promise.all([1, 2, 3, 4].map((i) => commit(repo, { a: `${i}` }, [base])));
    const moved = await Promise.all(tips.map((tip) => repo.moveBranch('main', tip, base)));
    expect(moved.filter(Boolean)).to.have.length(1);
  });

  for (const name of [
    '-x',
    'a..b',
    'a.lock',
    'a/.b',
    'a b',
    'a~1',
    'HEAD',
    '@',
    'a//b',
    'x/',
    '../x',
    'a\\b',
    'a@{1}',
    '',
  ]) {
    it(`refuses the branch name ${JSON.stringify(name)}`, async () => {
      const one = await commit(repo, { a: '1' });
      expect(await reasonOf(repo.moveBranch(name, one, null))).to.equal('InvalidBranchName');
    });
  }

  it('finds a commit by branch, id and unambiguous abbreviation', async () => {
    const one = await commit(repo, { a: '1' });
    await repo.moveBranch('feature/x', one, null);
    expect(await repo.resolve('feature/x')).to.equal(one);
    expect(await repo.resolve(one)).to.equal(one);
    expect(await repo.resolve(one.slice(0, 10))).to.equal(one);
    expect(await repo.resolve('0000')).to.equal(undefined);
    expect(await repo.resolve('f'.repeat(40))).to.equal(undefined);
  });

  it('has no branch called constructor unless somebody makes one', async () => {
    const oid = await commit(repo, { a: 'one' });
    expect((await repo.branches()).constructor).to.equal(undefined);
    await repo.moveBranch('constructor', oid, null);
    expect((await repo.branches()).constructor).to.equal(oid);
  });

  it('names the default branch: HEAD, else main, else master, else what there is', async () => {
    const one = await commit(repo, { a: '1' });
    expect(await repo.defaultBranch()).to.equal(undefined);
    await repo.moveBranch('zeta', one, null);
    expect(await repo.defaultBranch()).to.equal('zeta');
    await repo.moveBranch('master', one, null);
    expect(await repo.defaultBranch()).to.equal('master');
    repo.refs.setHead('refs/heads/zeta');
    expect(await repo.defaultBranch()).to.equal('zeta');
  });

  it('tells history newest first, along first parents or all, without what is excluded', async () => {
    const a = await commit(repo, { f: 'a' }, [], 'a');
    const b = await commit(repo, { f: 'b' }, [a], 'b');
    const c = await commit(repo, { f: 'c' }, [a], 'c', 5);
    const m = await commit(repo, { f: 'm' }, [b, c], 'm');
    const told = async (options: object) =>
      (await repo.log(m, options)).map(({ message }) => message.trim()).join('');
    expect(await told({})).to.equal('mba');
    expect(await told({ allParents: true })).to.equal('mcba');
    expect(await told({ allParents: true, exclude: [b] })).to.equal('mc');
    expect(await told({ limit: 2 })).to.equal('mb');
    expect(await repo.isAncestor(c, m)).to.equal(true);
    expect(await repo.isAncestor(b, c)).to.equal(false);
    expect(await repo.isAncestor(m, m)).to.equal(true);
  });

  it('gives a commit as a tree of files without links, with object ids as digests', async () => {
    const one = await commit(repo, { 'a/x': 'X', 'a/y*': 'Y', 'b/z': 'Z', l: '→a/x' });
    const tree = await repo.tree(one);
    expect(tree.paths).to.deep.equal(['a/x', 'a/y', 'b/z']);
    expect(readText(tree, 'a/y')).to.equal('Y');
    expect(tree.read('l')).to.equal(undefined);
    expect(tree.digest('a')).to.equal(await repo.oidAt(one, 'a'));
    expect(tree.digest('')).to.equal(await repo.oidAt(one, ''));
    const part = await repo.tree(one, { path: 'a' });
    expect(part.paths).to.deep.equal(['a/x', 'a/y']);
    expect(part.digest('a')).to.equal(tree.digest('a'));
    expect(part.digest('')).to.not.equal(tree.digest(''));
    const other = await commit(repo, { 'a/x': 'X', 'a/y*': 'Y', 'b/z': 'changed', l: '→a/x' });
    const without = await Promise.all([one, other].map((oid) => repo.tree(oid, { exclude: ['b'] })));
    expect(without[0]?.digest('')).to.equal(without[1]?.digest(''));
  });

  it('names the file that is too large to be rendered', async () => {
    const one = await commit(repo, { 'img/big.bin': 'x'.repeat(5 * 2 ** 20 + 1), ok: '' });
    const problem = await repo.tree(one).catch(problemOf);
    expect(problem).to.deep.include({ reason: 'TreeTooLarge', place: { file: 'img/big.bin' } });
    expect((await repo.tree(one, { exclude: ['img'] })).paths).to.deep.equal(['ok']);
  });

  describe('a tree that visits one folder again and again', () => {
    /** `width` links to one folder on each of `levels`: `width` to the power of `levels` files out of `levels` objects. */
    const bomb = (levels: number, width: number) => {
      const folder = (entries: readonly TreeEntry[]) => repo.store.write('tree', serializeTree(entries));
      const file = { mode: '100644', name: 'f', oid: repo.store.write('blob', Buffer.from('x')) };
      let oid = folder([file]);
      for (let level = 0; level < levels; level++) {
        const below = oid;
        oid = folder(Array.from({ length: width }, (_, i) => ({ mode: FOLDER, name: `d${i}`, oid: below })));
      }
      const at = { name: 'Ada', email: 'ada@example.com', at: 0 };
      return repo.commitTree({ tree: oid, parents: [], message: 'bomb', author: at });
    };

    it('is refused by the number of its paths, with the place', async () => {
      const problem = await repo.tree(await bomb(3, 100)).catch(problemOf);
      expect(problem).to.deep.include({ reason: 'TreeTooLarge' });
      expect(problem).to.have.property('message').that.contains('more than 50,000 files and folders');
      expect(problem)
        .to.have.nested.property('place.file')
        .that.matches(/^d\d+\/d\d+/);
    });

    it('is refused by its depth', async () => {
      const problem = await repo.tree(await bomb(70, 1)).catch(problemOf);
      expect(problem).to.have.property('message').that.contains('nested more than 64 deep');
    });

    it('is neither exported nor compared', async () => {
      const one = await bomb(3, 100);
      expect(await reasonOf(repo.exportTo(one, '', join(dir, 'image')))).to.equal('TreeTooLarge');
      expect(await reasonOf(repo.changedPaths(await commit(repo, { f: '' }), one))).to.equal('TreeTooLarge');
    });
  });

  it('says how two commits differ, file by file', async () => {
    const one = await commit(repo, { same: '', 'd/gone': '', 'd/edit': '1', swap: 'file' });
    const two = await commit(repo, { same: '', 'd/edit': '2', 'e/new': '', 'swap/inner': '' });
    expect(await repo.changedPaths(one, two)).to.deep.equal([
      { path: 'd/edit', change: 'modified' },
      { path: 'd/gone', change: 'deleted' },
      { path: 'e/new', change: 'added' },
      { path: 'swap', change: 'deleted' },
      { path: 'swap/inner', change: 'added' },
    ]);
    expect(await repo.changedPaths(two, two)).to.deep.equal([]);
  });

  it('exports files with their modes, and only links that stay inside', async () => {
    const files = {
      'app/run*': '#!',
      'app/in': '→run',
      'app/sub/up': '→../run',
      'app/out': '→../../etc',
      'app/abs': '→/etc',
    };
    const one = await commit(repo, files);
    const out = join(dir, 'out');
    await repo.exportTo(one, 'app', out);
    expect(lstatSync(join(out, 'run')).mode & 0o111).to.not.equal(0);
    expect(readlinkSync(join(out, 'in'))).to.equal('run');
    expect(readFileSync(join(out, 'sub/up'), 'utf8')).to.equal('#!');
    expect(existsSync(join(out, 'out')) || existsSync(join(out, 'abs'))).to.equal(false);
    expect(await reasonOf(repo.exportTo(one, 'nothing', join(dir, 'o2')))).to.equal('PathMissing');
  });

  it('does not follow a link up through another link', () => {
    expect(staysInside('t', 'a/b/link/../../x')).to.equal(false);
    expect(staysInside('a/b/t', '../../x')).to.equal(true);
    expect(staysInside('a/b/t', '../../../x')).to.equal(false);
    expect(staysInside('t', './x')).to.equal(true);
  });

  it('keeps and releases commits under its own refs, which are no branches', async () => {
    const one = await commit(repo, { a: '1' });
    await repo.keep('releases/dev/1', one);
    expect(repo.refs.read('refs/pilotage/releases/dev/1')).to.equal(one);
    expect(await repo.branches()).to.deep.equal({});
    await repo.unkeep('releases/dev/1');
    await repo.unkeep('releases/dev/1');
    expect(repo.refs.read('refs/pilotage/releases/dev/1')).to.equal(undefined);
  });

  it('clears what a crash left behind when it is opened', async () => {
    const one = await commit(repo, { a: '1' });
    await repo.moveBranch('main', one, null);
    mkdirSync(join(repo.dir, 'incoming-x'));
    writeFileSync(join(repo.dir, 'refs/heads/main.lock'), '');
    const again = await openRepository(repo.dir);
    expect(await again.moveBranch('main', await commit(again, { a: '2' }, [one]), one)).to.equal(true);
    expect(existsSync(join(repo.dir, 'incoming-x'))).to.equal(false);
    again.close();
  });

  it('says which object is missing rather than guessing', async () => {
    expect(await reasonOf(repo.commit('1'.repeat(40)))).to.equal('CorruptObject');
    const missing = '1'.repeat(40);
    const author = { name: 'A', email: 'a@b', at: 0 };
    expect(await reasonOf(repo.commitTree({ tree: missing, parents: [], message: 'm', author }))).to.equal(
      'CorruptObject',
    );
  });

  it('exports what the tree says, for random histories', async () => {
    const commits = await randomHistory(repo, seeded(7), 20);
    for (const [i, oid] of commits.entries()) {
      const out = join(dir, `export-${i}`);
      await repo.exportTo(oid, '', out);
      const tree = await repo.tree(oid);
      const found = readdirSync(out, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1))
        .sort((a, b) => (a < b ? -1 : 1));
      expect(found).to.deep.equal([...tree.paths]);
      for (const path of tree.paths)
        expect(readFileSync(join(out, path), 'utf8')).to.equal(readText(tree, path));
    }
  });
});
