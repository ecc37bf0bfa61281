import type { Repository } from '../../git/types.ts';

/** Name of the ref that keeps a commit in the repository: one for all environments that run it or may go back to it. */
const keepName = (revision: string): string => `revisions/${revision}`;

/** Who may still need a commit: the releases, and the environments. */
export interface Needs {
  readonly releases: { hasRevision(delivery: string, revision: string): boolean };
  readonly environments: { deploys(delivery: string, revision: string): Promise<boolean> };
}

/** Keeps a commit, whatever becomes of its branch. */
export async function keepCommit(repository: Repository | undefined, revision: string): Promise<void> {
  await repository?.keep(keepName(revision), revision);
}

/** Lets git collect a commit that nothing needs any more. */
export async function releaseCommit(
  { releases, environments }: Needs,
  repository: Repository | undefined,
  delivery: string,
  revision: string,
): Promise<void> {
  if (releases.hasRevision(delivery, revision) || (await environments.deploys(delivery, revision))) return;
  await repository?.unkeep(keepName(revision));
}
