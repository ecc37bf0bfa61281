import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mergeLines } from '../../../src/git/history/mergelines.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { drop, Git, scratch } from '../support/git.ts';
import { commit, type Files, seeded } from '../support/history.ts';

const text = (...lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

describe('a change of lines on two sides', () => {
  const base = text('a', 'b', 'c', 'd', 'e', 'f', 'g');

  it('is both changes where they lie apart', () => {
    const ours = base.replace('b\n', 'B\n');
    const theirs = base.replace('f\n', 'F\nF2\n');
    expect(mergeLines(base, ours, theirs)).to.equal(text('a', 'B', 'c', 'd', 'e', 'F', 'F2', 'g'));
  });

  it('is one change where both made the same', () => {
    const same = base.replace('c\n', '');
    expect(mergeLines(base, same, same)).to.equal(same);
  });

  it('is nobody’s where both changed a line, or lines that touch', () => {
    expect(mergeLines(base, base.replace('c', 'C'), base.replace('c', 'X'))).to.equal(undefined);
    expect(mergeLines(base, base.replace('c', 'C'), base.replace('d', 'D'))).to.equal(undefined);
  });

  it('leaves a last line without its end as it is', () => {
    expect(mergeLines('a\nb\nc', 'a\nb\nc', 'A\nb\nc')).to.equal('A\nb\nc');
  });

  it('is not looked for where nearly nothing agrees', () => {
    const many = (word: string) => text(...Array.from({ length: 2_000 }, (_, i) => `${word} ${i}`));
    expect(mergeLines(many('a'), many('b'), many('c'))).to.equal(undefined);
  });

  it('comes out as git makes it, in seeded texts', async () => {
    const random = seeded(34);
    const dir = scratch();
    const git = new Git(dir);
    const change = (lines: readonly string[]): string[] =>
      lines.flatMap((line) =>
        random() < 0.85 ? [line] : random() < 0.5 ? [] : [line, `new ${Math.floor(random() * 4)}`],
      );
    const counts = { clean: 0, conflict: 0 };
    for (let round = 0; round < 60; round++) {
      const lines = Array.from({ length: 30 }, (_, i) => `${i % 7} ${i}`);
      const [before, ours, theirs] = [lines, change(lines), change(lines)].map((list) => text(...list));
      for (const [name, content] of [
        ['base', before],
        ['ours', ours],
        ['theirs', theirs],
      ]) {
        writeFileSync(join(dir, name ?? ''), content ?? '');
      }
      const merged = mergeLines(before ?? '', ours ?? '', theirs ?? '');
      // Git may find another shortest edit: it must never be clean in another way.
      if (merged === undefined) counts.conflict++;
      else {
        counts.clean++;
        const { stdout } = await git.attempt('merge-file', '-p', 'ours', 'base', 'theirs');
        expect(stdout, `round ${round}`).to.equal(merged);
      }
    }
    drop(dir);
    expect(counts.clean).to.be.greaterThan(3);
    expect(counts.conflict).to.be.greaterThan(3);
  });
});

describe('replaying a change onto another commit', () => {
  let dir: string;
  let repo: OpenRepository;
  before(async () => {
    dir = scratch();
    repo = await openRepository(join(dir, 'shop.git'), { create: true });
  });
  after(() => {
    repo.close();
    drop(dir);
  });

  const base: Files = {
    'a.txt': text('a', 'b', 'c', 'd', 'e'),
    'k8s/web.yaml': 'web',
    'k8s/old.yaml': 'old',
  };
  const replay = async (to: Files, onto: Files, write = true) => {
    const [from, changed, target] = await Promise.all([base, to, onto].map((files) => commit(repo, files)));
    const result = await repo.replay({ from: from ?? '', to: changed ?? '' }, target ?? '', { write });
    return { result, target: (await repo.commit(target ?? '')).tree };
  };
  const treeOf = async (files: Files) => (await repo.commit(await commit(repo, files))).tree;

  it('brings what it changed, adds and removes, and keeps the rest', async () => {
    const to = { ...base, 'a.txt': text('A', 'b', 'c', 'd', 'e'), 'new/x.sh*': 'x' };
    const { 'k8s/old.yaml': _old, ...without } = to as Record<string, string>;
    const onto = { ...base, 'a.txt': text('a', 'b', 'c', 'd', 'E'), 'k8s/web.yaml': 'web 2' };
    const { result } = await replay(without, onto);
    const { 'k8s/old.yaml': _gone, ...rest } = onto as Record<string, string>;
    const tree = await treeOf({ ...rest, 'a.txt': text('A', 'b', 'c', 'd', 'E'), 'new/x.sh*': 'x' });
    expect(result).to.deep.equal({ type: 'clean', tree });
    expect(
      (
        await repo.commit(
          await repo.commitTree({
            tree,
            parents: [],
            message: 'x',
            author: { name: 'a', email: 'a', at: 0 },
          }),
        )
      ).tree,
    ).to.equal(tree);
  });

  it('leaves the tree as it is where the change is there already, whatever else is', async () => {
    const to = { ...base, 'a.txt': text('A', 'b', 'c', 'd', 'e') };
    const { result, target } = await replay(
      to,
      { ...to, 'a.txt': text('A', 'b', 'c', 'd', 'E'), more: 'm' },
      false,
    );
    expect(result).to.deep.equal({ type: 'clean', tree: target });
  });

  it('names the paths that both sides changed', async () => {
    const to = { ...base, 'k8s/web.yaml': 'theirs', 'k8s/old.yaml': 'changed', 'both.txt': 'x' };
    const { 'k8s/old.yaml': _old, ...onto } = { ...base, 'k8s/web.yaml': 'ours', 'both.txt': 'y' } as Record<
      string,
      string
    >;
    const { result } = await replay(to, onto);
    expect(result).to.deep.equal({ type: 'conflict', paths: ['both.txt', 'k8s/old.yaml', 'k8s/web.yaml'] });
  });

  it('does not merge what is no text', async () => {
    const binary = (a: string, b: string) => ({ ...base, 'a.txt': `${a}\0\n\n\n${b}` });
    const { result } = await replay(binary('1', '0'), binary('0', '1'));
    expect(result.type).to.equal('conflict');
  });
});
