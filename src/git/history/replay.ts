import { breather } from '../../base/mutex.ts';
import {
  EXECUTABLE,
  FOLDER,
  hashObject,
  type ObjectType,
  parseTree,
  serializeTree,
  type TreeEntry,
} from '../objects/object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { DIFF_LIMITS, TreeBudget } from '../tree/treelimits.ts';
import type { Oid, Replay } from '../types.ts';
import { mergeLines } from './mergelines.ts';

/** Larger files are not merged line by line. */
const MAX_TEXT_BYTES = 2 ** 20;
const FILE = '100644';

/** Three trees of one path, undefined where it does not exist. */
interface Trees<T> {
  readonly base: T | undefined;
  readonly theirs: T | undefined;
  readonly ours: T | undefined;
}

/**
 * Applies the changes from `base` to `theirs` to the tree `ours`, path by path and line by line, as `git cherry-pick` does. Returns
 * `ours` if nothing changes. Objects are written only when `write` is set; a rename is a deletion and an addition.
 * Throws ProblemError TreeTooLarge.
 */
export async function replayTrees(
  store: ObjectStore,
  trees: Trees<Oid>,
  options: { write: boolean },
): Promise<Replay> {
  const conflicts: string[] = [];
  const budget = new TreeBudget(DIFF_LIMITS);
  const breathe = breather(64);
  const keep = (type: ObjectType, content: Buffer): Oid =>
    options.write ? store.write(type, content) : hashObject(type, content);

  const folder = async (oids: Trees<Oid>, path: string, depth: number): Promise<Oid | undefined> => {
    const [base, theirs, ours] = [oids.base, oids.theirs, oids.ours].map((oid) => entriesOf(store, oid));
    const names = new Set([base, theirs, ours].flatMap((entries) => [...(entries?.keys() ?? [])]));
    const merged: TreeEntry[] = [];
    for (const name of [...names].sort()) {
      const child = path === '' ? name : `${path}/${name}`;
      budget.entry(child, depth);
      await breathe();
      const one = { base: base?.get(name), theirs: theirs?.get(name), ours: ours?.get(name) };
      const kept = await entry(one, child, depth);
      if (kept) merged.push(kept);
    }
    return merged.length > 0 || path === '' ? keep('tree', serializeTree(merged)) : undefined;
  };

  const entry = async (
    entries: Trees<TreeEntry>,
    path: string,
    depth: number,
  ): Promise<TreeEntry | undefined> => {
    const { base, theirs, ours } = entries;
    if (isSame(base, theirs) || isSame(theirs, ours)) return ours;
    if (isSame(base, ours)) return theirs;
    const present = [base, theirs, ours].filter((one) => one !== undefined);
    const name = present[0]?.name ?? '';
    if (present.every(({ mode }) => mode === FOLDER)) {
      const oid = await folder({ base: base?.oid, theirs: theirs?.oid, ours: ours?.oid }, path, depth + 1);
      return oid === undefined ? undefined : { mode: FOLDER, name, oid };
    }
    const content = present.length === 3 && present.every(isFile) ? lines(entries) : undefined;
    if (content !== undefined) {
      const mode = base?.mode === theirs?.mode ? ours?.mode : theirs?.mode;
      return { mode: mode ?? FILE, name, oid: keep('blob', content) };
    }
    conflicts.push(path);
    return ours;
  };

  const lines = ({ base, theirs, ours }: Trees<TreeEntry>): Buffer | undefined => {
    const read = [base, ours, theirs].map((one) => store.readAs(one?.oid ?? '', 'blob'));
    if (read.some((content) => content.length > MAX_TEXT_BYTES || content.includes(0))) return undefined;
    // Byte by byte: in any encoding, unchanged text is preserved.
    const [before = '', mine = '', other = ''] = read.map((content) => content.toString('latin1'));
    const merged = mergeLines(before, mine, other);
    return merged === undefined ? undefined : Buffer.from(merged, 'latin1');
  };

  const tree = (await folder(trees, '', 0)) ?? '';
  return conflicts.length > 0 ? { type: 'conflict', paths: conflicts } : { type: 'clean', tree };
}

const isSame = (a: TreeEntry | undefined, b: TreeEntry | undefined): boolean =>
  a?.oid === b?.oid && a?.mode === b?.mode;

const isFile = ({ mode }: TreeEntry): boolean => mode === FILE || mode === EXECUTABLE;

const entriesOf = (store: ObjectStore, oid: Oid | undefined): ReadonlyMap<string, TreeEntry> | undefined =>
  oid === undefined
    ? undefined
    : new Map(parseTree(store.readAs(oid, 'tree')).map((entry) => [entry.name, entry]));
