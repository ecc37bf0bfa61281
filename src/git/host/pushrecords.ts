import { rfc3339 } from '../../base/clock.ts';
import { peel } from '../history/reachable.ts';
import { between } from '../history/walk.ts';
import type { OpenRepository } from '../repository.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Oid, Principal, PushRecord } from '../types.ts';

/**
 * What is recorded of a push before its refs move, a record for each of them, with every commit that it brings: who brought one that is left
 * out could approve it. A pack has 1,000,000 objects at most, and so much is a line of 43 MB. `store` has what was pushed; `at` in milliseconds.
 */
export async function recordsOf(
  { refs }: OpenRepository,
  store: ObjectStore,
  moves: readonly NonNullable<PushRecord['move']>[],
  { name, owner, aliases, verified = false }: Principal,
  at: number,
): Promise<readonly PushRecord[]> {
  const records: PushRecord[] = [];
  for (const { ref, from, to } of moves) {
    records.push({
      at: rfc3339(at),
      by: owner ?? name,
      ...(owner === undefined ? {} : { program: name }),
      ...(aliases === undefined ? {} : { aliases }),
      verified,
      move: { ref, from, to },
      commits: await commitsOf(store, to, from === null ? [...refs.list('refs/').values()] : [from]),
    });
  }
  return records;
}

/** What a ref gains: a new one, over all that are there, so that who gives a name to what others pushed has not pushed it. */
async function commitsOf(
  store: ObjectStore,
  to: Oid | null,
  before: readonly Oid[],
): Promise<readonly Oid[]> {
  const [tip, ...known] = [to, ...before].map((oid) => oid && commitAt(store, oid));
  if (!tip) return [];
  return between(
    store,
    tip,
    known.filter((oid) => typeof oid === 'string'),
  );
}

/** A tag may name anything. */
function commitAt(store: ObjectStore, oid: Oid): Oid | undefined {
  const { target } = peel(store, oid);
  return store.typeOf(target) === 'commit' ? target : undefined;
}
