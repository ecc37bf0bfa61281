import { ProblemError } from '../../base/errors.ts';
import { branchRef } from '../objects/refname.ts';
import { RefStore } from '../store/refs.ts';
import type { Oid, Repository } from '../types.ts';
import { branchMissing } from './remote-errors.ts';

/**
 * Sets the mirror's branches to where the remote's were when they were listed, forced pushes included, and its HEAD to the remote's.
 * A branch that the remote lacks stays as it was (missing is frozen, never deleted) and is reported by BranchMissing at the end.
 */
export async function setBranches(
  into: Repository,
  remote: {
    readonly url: string;
    readonly head: string | undefined;
    readonly branches: Readonly<Record<string, Oid>>;
  },
  branches: readonly string[],
): Promise<void> {
  const known = await into.branches();
  for (const branch of branches) {
    const tip = remote.branches[branch];
    if (tip === undefined || known[branch] === tip) continue;
    if (await into.moveBranch(branch, tip, known[branch] ?? null)) continue;
    throw new ProblemError({
      reason: 'RefLocked',
      message: `branch ${branch} of the mirror moved while it was fetched`,
      remedy: 'it is fetched again at the next poll',
    });
  }
  const refs = new RefStore(into.dir);
  if (remote.head !== undefined && refs.head() !== branchRef(remote.head))
    refs.setHead(branchRef(remote.head));
  const absent = branches.find((branch) => remote.branches[branch] === undefined);
  if (absent !== undefined) throw branchMissing(remote.url, absent);
}
