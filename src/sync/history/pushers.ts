import { promotedFrom } from '../../git/objects/trailers.ts';
import type { Oid, PushRecord, Repository } from '../../git/types.ts';
import type { PushReport } from '../../model/faces.ts';

/**
 * Answers who pushed a revision; of a promotion, what it promoted. Newest first, each person once; nobody where that is not known. A message says
 * what its author likes: whoever pushed the revision itself is named before those of what it says that it promotes.
 */
export async function pushersOf(
  repository: Repository | undefined,
  revisions: readonly Oid[],
): Promise<(revision: Oid) => readonly PushReport[]> {
  if (repository === undefined) return () => [];
  const pushed = new Map<Oid, Oid>();
  for (const revision of new Set(revisions)) pushed.set(revision, await promotedBy(repository, revision));
  const records = await repository.pushesOf(new Set([...pushed].flat()));
  return (revision) => {
    const pushesOf = (oid: Oid | undefined) =>
      records.filter(({ commits }) => oid !== undefined && commits.includes(oid));
    const behind = [...pushesOf(revision), ...pushesOf(pushed.get(revision))];
    return [...new Map(behind.map((record) => [record.by, reportOf(record)])).values()];
  };
}

/** A revision that is not here any more has no message to read: it stands for itself. */
async function promotedBy(repository: Repository, revision: Oid): Promise<Oid> {
  if ((await repository.resolve(revision)) === undefined) return revision;
  return promotedFrom((await repository.commit(revision)).message)?.revision ?? revision;
}

const reportOf = ({ at, by, program, verified, move }: PushRecord): PushReport => ({
  at,
  by,
  ...(program === undefined ? {} : { program }),
  verified,
  ...(move ? { ref: move.ref } : {}),
});
