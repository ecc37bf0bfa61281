import { type Digest, digestOf } from './digest.ts';
import type { Loaded } from './disk.ts';

/** The state according to the log: the newest intact row of each key. */
export function stateOf({ rows }: Pick<Loaded, 'rows'>): ReadonlyMap<string, number> {
  const state = new Map<string, number>();
  for (const { type, key, revision } of rows) {
    if (type === 'put') state.set(key, revision);
    else state.delete(key);
  }
  return state;
}

/** How many findings of each kind are listed. */
const NAMED = 10;

/** Why the disk does not hold what was acknowledged, one line per finding; empty if it is intact. Pure. */
export function damageOf(loaded: Loaded): readonly string[] {
  const { latest, damaged, digest, revision, head } = loaded;
  const state = stateOf(loaded);
  const unlike = [...new Set([...latest.keys(), ...state.keys()])].filter(
    (key) => latest.get(key) !== state.get(key),
  );
  const found = digestOf(state);
  const lines = [
    ...(damaged.length > 0 ? [`revisions that cannot be read: ${listed(damaged.map(String))}`] : []),
    ...(unlike.length > 0 ? [`log and index disagree on: ${listed(unlike)}`] : []),
    ...(digest && !isSame(digest, found)
      ? [
          `${digest.count} objects were there, ${found.count} are; revisions that are not: ${listed(gaps(loaded))}`,
        ]
      : []),
    ...(head > revision ? [`revisions ${revision + 1} to ${head} were acknowledged, and are not there`] : []),
  ];
  return lines;
}

const isSame = (a: Digest, b: Digest): boolean => a.count === b.count && a.sum === b.sum;

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'unknown'
    : names.length <= NAMED
      ? names.join(', ')
      : `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;

/** Ranges of revisions without a row, where every one has to have one; failed writes leave such gaps too. */
function gaps({ rows, compacted, revision }: Loaded): readonly string[] {
  const found: string[] = [];
  let next = compacted + 1;
  const note = (until: number): void => {
    if (until > next) found.push(until - 1 === next ? String(next) : `${next} to ${until - 1}`);
  };
  for (const row of rows) {
    if (row.revision <= compacted) continue;
    note(row.revision);
    next = row.revision + 1;
  }
  note(revision + 1);
  return found;
}
