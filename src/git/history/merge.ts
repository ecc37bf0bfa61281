import { PROMOTES, withTrailers } from '../objects/trailers.ts';
import type { Oid, Repository, Signature } from '../types.ts';

/**
 * The commit of a promotion: on the target's branch, with the source's tree, so that what was tested is what ships.
 * Parents: the target's tip, then the source; a first promotion has no tip, and its commit follows only the source (it is created
 * anyway, so that the branch carries the trailer). Moves no branch.
 */
export async function promotionCommit(
  repo: Repository,
  input: {
    /** Environment that the source commit was tested in, for the trailer. */
    readonly environment: string;
    readonly source: Oid;
    readonly target: Oid | undefined;
    readonly message: string;
    readonly author: Signature;
    readonly committer?: Signature;
  },
): Promise<Oid> {
  const source = await repo.commit(input.source);
  return repo.commitTree({
    tree: source.tree,
    parents: input.target === undefined ? [input.source] : [input.target, input.source],
    message: withTrailers(input.message, [
      { token: PROMOTES, value: `${input.environment}@${input.source}` },
    ]),
    author: input.author,
    ...(input.committer ? { committer: input.committer } : {}),
  });
}
