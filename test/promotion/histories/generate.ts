import { promotionCommit } from '../../../src/git/history/merge.ts';
import type { OpenRepository } from '../../../src/git/repository.ts';
import type { Commit, Oid } from '../../../src/git/types.ts';
import { holds } from '../../../src/promotion/history/backported.ts';
import type { Lineage } from '../../../src/promotion/history/lineage.ts';
import { readLineage } from '../../../src/promotion/history/readlineage.ts';
import { rejectionsIn, undoneBy } from '../../../src/promotion/history/rejection.ts';
import { ADA, commit, type Files } from '../../git/support/history.ts';

/** What is asked of git for every case: a merge of two commits, and the tree that came out here; undefined where this refused. */
export interface Question {
  readonly what: 'promotion' | 'replay';
  readonly ours: Oid;
  readonly theirs: Oid;
  readonly tree: Oid | undefined;
  /** No work was taken back, moved or squashed so far: git must agree wherever it finds no conflict. */
  readonly isPlain: boolean;
  readonly story: string;
}

/** A promotion that went through, for what it must not lose. */
export interface Advance {
  readonly story: string;
  readonly before: Oid;
  readonly after: Oid;
  readonly source: Oid;
}

export interface Told {
  readonly questions: Question[];
  readonly advances: Advance[];
  /** How often each thing happened. */
  readonly counts: Map<string, number>;
  /** What must never happen, in words. */
  readonly broken: string[];
}

const OPERATIONS = [
  ...['work', 'work', 'work', 'work', 'promote', 'promote', 'promote'],
  ...['hotfix', 'hotfix', 'backport', 'backport', 'backport'],
  ...['squash', 'merge', 'revert', 'again', 'sourceRevert'],
  ...['rename', 'delete', 'backMerge', 'crissCross'],
] as const;
type Operation = (typeof OPERATIONS)[number];

/** One life of two branches, by random operations of people and by the promotions that Pilotage would make of them. */
export async function liveThrough(
  repo: OpenRepository,
  random: () => number,
  id: string,
  told: Told,
): Promise<void> {
  let main = await commit(repo, BEGINNING(id));
  let prod: Oid | undefined;
  let token = 0;
  let isPlain = true;
  const story: string[] = [];
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const count = (what: string) => told.counts.set(what, (told.counts.get(what) ?? 0) + 1);
  const say = () => `${id}: ${story.join(' ')}`;

  const write = async (tip: Oid, files: Files, message: string, ...others: readonly Oid[]) =>
    commit(repo, files, [tip, ...others], message);

  /** A line of its own: added, or in the place of another. */
  const work = async (tip: Oid): Promise<Oid> => {
    const files = { ...(await filesOf(repo, tip)) };
    const path = pick(Object.keys(files).sort());
    const word = `w${id}-${token++}`;
    if (random() < 0.15) return write(tip, { ...files, [`new/${word}`]: `${word}\n` }, word);
    const lines = (files[path] ?? '').split('\n');
    const at = below(lines.length);
    const isReplaced = random() < 0.4 && !lines[at]?.startsWith('w');
    lines.splice(at, isReplaced ? 1 : 0, word);
    return write(tip, { ...files, [path]: lines.join('\n') }, word);
  };

  const standing = async (on: Oid): Promise<{ lineage: Lineage; log: readonly Commit[]; undone: number }> => {
    const log = await repo.log(on);
    const [revision, ...older] = await repo.log(main, { allParents: true });
    const source = [revision as Commit, ...older] as const;
    const rejections = rejectionsIn({ target: log, source });
    const undone = await undoneBy(repo, rejections, { candidate: main, tip: on });
    return { lineage: await readLineage(repo, log, source), log, undone: undone.length };
  };

  const promote = async (again: boolean): Promise<string> => {
    const source = await repo.commit(main);
    const author = { ...ADA, at: source.committer.at + 1000 };
    const how = { environment: 'dev', source: main, message: 'Promote', author };
    if (prod === undefined) {
      prod = await promotionCommit(repo, { ...how, target: undefined });
      return 'first';
    }
    const { lineage, undone } = await standing(prod);
    if (lineage.type === 'level') {
      if ((await repo.commit(prod)).tree !== source.tree)
        told.broken.push(`${say()}: level, with another tree`);
      return 'level';
    }
    if (lineage.type === 'diverged') return 'diverged';
    if (lineage.type !== 'behind') return lineage.type;
    if (undone > 0 && !again) return 'rejected';
    const before = prod;
    prod = await promotionCommit(repo, { ...how, target: before });
    const { tree } = await repo.commit(prod);
    if (tree !== source.tree)
      told.broken.push(`${say()}: promoted another tree than the one that was tested`);
    const asked = { ours: before, theirs: main, tree, isPlain: isPlain && !again, story: say() };
    told.questions.push({ what: 'promotion', ...asked });
    told.advances.push({ story: say(), before, after: prod, source: main });
    return again && undone > 0 ? 'advanced again' : 'advanced';
  };

  /** What `pilotage backport` does, commit by commit; a person decides where lines disagree. */
  const backport = async (): Promise<string> => {
    if (prod === undefined) return 'nothing';
    const { lineage } = await standing(prod);
    if (lineage.type !== 'diverged' || !lineage.landed) return 'nothing';
    let outcome = 'brought';
    for (const { oid, parents } of [...lineage.foreign].reverse()) {
      const from = parents[0];
      if (from === undefined) continue;
      const change = { from, to: oid };
      if (await holds(repo, change, main)) continue;
      const replay = await repo.replay(change, main, { write: true });
      await ask(change, main, replay.type === 'clean' ? replay.tree : undefined);
      if (replay.type === 'clean') {
        const { author } = await repo.commit(oid);
        main = await repo.commitTree({ tree: replay.tree, parents: [main], message: 'picked', author });
      } else {
        outcome = 'by hand';
        const [theirs, ours] = [await filesOf(repo, oid), await filesOf(repo, main)];
        const taken = Object.fromEntries(
          replay.paths.flatMap((path) => (path in theirs ? [[path, both(ours[path], theirs[path])]] : [])),
        );
        main = await write(main, { ...ours, ...taken }, 'resolved');
        isPlain = false;
      }
    }
    return outcome;
  };

  /** git is asked for the same by commits that have the three trees: its base is the one that they share. */
  const ask = async (change: { from: Oid; to: Oid }, onto: Oid, tree: Oid | undefined): Promise<void> => {
    const treeOf = async (oid: Oid) => (await repo.commit(oid)).tree;
    const made = async (of: Oid, ...parents: Oid[]) =>
      repo.commitTree({ tree: await treeOf(of), parents, message: 'side', author: ADA });
    const base = await made(change.from);
    const [ours, theirs] = [await made(onto, base), await made(change.to, base)];
    told.questions.push({ what: 'replay', ours, theirs, tree, isPlain: false, story: say() });
  };

  const mergeOf = async (into: Oid, other: Oid): Promise<Oid | undefined> => {
    const known = new Set((await repo.log(into, { allParents: true })).map(({ oid }) => oid));
    const base = (await repo.log(other, { allParents: true })).find(({ oid }) => known.has(oid));
    if (!base) return undefined;
    const replay = await repo.replay({ from: base.oid, to: other }, into, { write: true });
    if (replay.type === 'conflict') return undefined;
    const parents = [into, other];
    const { author } = await repo.commit(into);
    return repo.commitTree({ tree: replay.tree, parents, message: 'Merge by hand', author });
  };

  const goBack = async (tip: Oid): Promise<Oid | undefined> => {
    const log = await repo.log(tip, { limit: 6 });
    const earlier = log.slice(1).filter(({ tree }) => tree !== log[0]?.tree);
    if (earlier.length === 0) return undefined;
    return write(tip, await filesOf(repo, pick(earlier).oid), 'Revert');
  };

  const act: Record<Operation, () => Promise<string>> = {
    async work() {
      main = await work(main);
      return 'done';
    },
    promote: () => promote(false),
    again: () => promote(true),
    async hotfix() {
      if (prod === undefined) return 'nothing';
      prod = await work(prod);
      return 'done';
    },
    backport,
    async squash() {
      if (prod === undefined) return 'nothing';
      isPlain = false;
      const { lineage } = await standing(prod);
      if (lineage.type !== 'behind') return 'nothing';
      prod = await write(prod, await filesOf(repo, main), 'Squash');
      return 'done';
    },
    async merge() {
      if (prod === undefined) return 'nothing';
      const { lineage } = await standing(prod);
      if (lineage.type !== 'behind') return 'nothing';
      prod = await write(prod, await filesOf(repo, main), 'Merge by hand', main);
      return 'done';
    },
    async revert() {
      const back = prod && (await goBack(prod));
      if (back === undefined) return 'nothing';
      isPlain = false;
      const promoted = (await repo.commit(prod ?? '')).tree === (await repo.commit(main)).tree;
      prod = back;
      // What was taken back, and nothing since, never comes again without a word.
      if (promoted && (await promote(false)) === 'advanced')
        told.broken.push(`${say()} revert: the same was promoted again`);
      return 'done';
    },
    async sourceRevert() {
      const back = await goBack(main);
      if (back === undefined) return 'nothing';
      isPlain = false;
      main = back;
      return 'done';
    },
    async rename() {
      const files = { ...(await filesOf(repo, main)) };
      const path = pick(Object.keys(files).sort());
      const content = files[path] ?? '';
      delete files[path];
      isPlain = false;
      main = await write(main, { ...files, [`moved/${token++}`]: content }, 'rename');
      return 'done';
    },
    async delete() {
      const files = { ...(await filesOf(repo, main)) };
      if (Object.keys(files).length < 3) return 'nothing';
      delete files[pick(Object.keys(files).sort())];
      isPlain = false;
      main = await write(main, files, 'delete');
      return 'done';
    },
    async backMerge() {
      const merged = prod && (await mergeOf(main, prod));
      if (merged === undefined) return 'nothing';
      main = merged;
      return 'done';
    },
    async crissCross() {
      if (prod === undefined) return 'nothing';
      const [one, other] = [await mergeOf(main, prod), await mergeOf(prod, main)];
      if (one === undefined || other === undefined) return 'nothing';
      [main, prod] = [one, other];
      return 'done';
    },
  };

  for (let step = 0; step < 20; step++) {
    const operation = pick(OPERATIONS);
    story.push(operation);
    count(`${operation} ${await act[operation]()}`);
  }
}

const BEGINNING = (id: string): Files =>
  Object.fromEntries(
    ['a', 'b', 'c/d', 'c/e'].map((name) => [
      name,
      `${Array.from({ length: 12 }, (_, line) => `${id} ${name} ${line}`).join('\n')}\n`,
    ]),
  );

/** Both versions, as a careful person resolves a conflict: nothing of either is dropped. */
const both = (ours = '', theirs = ''): string =>
  [...new Set([...ours.split('\n'), ...theirs.split('\n')])].filter((line) => line !== '').join('\n');

export async function filesOf(repo: OpenRepository, oid: Oid): Promise<Files> {
  const found = await repo.filesAt(oid, '');
  return Object.fromEntries(
    (found?.files ?? []).map((file) => [file.path, found?.read(file).toString() ?? '']),
  );
}

/** The work that a commit holds: lines that people added, each unlike any other. */
export const wordsIn = async (repo: OpenRepository, oid: Oid): Promise<ReadonlySet<string>> =>
  new Set(
    Object.values(await filesOf(repo, oid))
      .flatMap((content) => content.split('\n'))
      .filter((line) => /^w.+-\d+$/.test(line)),
  );
