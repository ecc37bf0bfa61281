import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { failed, ok, type Problem, ProblemError, problemOf, type Result } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';
import { withMounts } from '../../base/mountedtree.ts';
import { KeyedMutex } from '../../base/mutex.ts';
import { type OpenRepository, openRepository } from '../../git/repository.ts';
import { fetchCommit } from '../../git/transport/pinned.ts';
import type { Credentials } from '../../git/transport/transport.ts';
import { type FoundBase, remoteBases } from '../../render/kustomize/reach.ts';
import { mountOf, type RemoteBase } from '../../render/kustomize/remote.ts';
import { type BasePolicy, baseAccess } from './baseaccess.ts';

/** Adds the repositories that kustomizations of these folders use at a commit, or says why they cannot be had. */
export type FetchBases = (
  delivery: string,
  tree: FileTree,
  folders: readonly string[],
  signal: AbortSignal,
) => Promise<Result<FileTree>>;

export interface BaseFetcherOptions {
  /** Folder of what was fetched: a repository by delivery and address, as what one may read is not another's. */
  readonly root: string;
  readonly policyOf: (delivery: string) => Promise<BasePolicy>;
  readonly fetch?: typeof fetchCommit;
  /** For one commit, from the question to its last byte. */
  readonly deadlineMs?: number;
}

/** A server that is slower than this holds the pass of its delivery up, whatever it still sends. */
const DEADLINE_MS = 120_000;

/** A delivery that uses more repositories than this does not mean to. */
const MOST_BASES = 20;

export function createBaseFetcher(options: BaseFetcherOptions): FetchBases {
  const { root, policyOf, fetch = fetchCommit, deadlineMs = DEADLINE_MS } = options;
  const turns = new KeyedMutex();
  const opened = new Map<string, Promise<OpenRepository>>();

  const repositoryOf = (delivery: string, { url }: RemoteBase): Promise<OpenRepository> => {
    const name = createHash('sha256').update(url).digest('hex').slice(0, 40);
    const dir = join(root, delivery, `${name}.git`);
    const known = opened.get(dir) ?? openRepository(dir, { create: true });
    opened.set(dir, known);
    known.catch(() => opened.delete(dir));
    return known;
  };

  /** What is here is not asked for again: a commit does not change. */
  const treeOf = async (
    delivery: string,
    base: RemoteBase,
    credentials: Credentials | undefined,
    signal: AbortSignal,
  ) => {
    const repository = await repositoryOf(delivery, base);
    const bring = async () => {
      const deadline = AbortSignal.timeout(deadlineMs);
      const until = AbortSignal.any([signal, deadline]);
      try {
        await fetch(base.url, base.commit, repository, {
          signal: until,
          ...(credentials ? { credentials } : {}),
        });
      } catch (error) {
        throw deadline.aborted ? tooSlow(base, deadlineMs) : error;
      }
    };
    if (!repository.store.has(base.commit)) await turns.run(delivery, bring, signal);
    return repository.tree(base.commit);
  };

  return async (delivery, tree, folders, signal) => {
    const mounts = new Map<string, FileTree>();
    for (;;) {
      const whole = withMounts(tree, mounts);
      const next = folders
        .flatMap((folder) => remoteBases(whole, folder))
        .find(({ base }) => !mounts.has(mountOf(base)));
      if (!next) return ok(whole);
      const { base, place } = next;
      if (mounts.size >= MOST_BASES) return failed(tooMany(next));
      const policy = await policyOf(delivery);
      const access = baseAccess(base, policy);
      if (!access.isAllowed) return failed(notAllowed(delivery, next, policy));
      try {
        mounts.set(mountOf(base), await treeOf(delivery, base, access.credentials, signal));
      } catch (error) {
        signal.throwIfAborted();
        return failed({ ...problemOf(error), place });
      }
    }
  };
}

function notAllowed(
  delivery: string,
  { base: { written, host }, place }: FoundBase,
  { own }: BasePolicy,
): Problem {
  const isOwnHost = own !== undefined && new URL(own.url).host === host;
  return {
    reason: 'BaseNotAllowed',
    message: `${written} is at ${host}, from where ${delivery} may ${isOwnHost ? 'fetch its own repository alone, as it is followed' : 'not fetch'}`,
    place,
    remedy: `Whoever administers Pilotage allows it: pilotage connect ${delivery} --allow-base ${host}. Or copy the base into the repository (kustomize localize).`,
  };
}

const tooMany = ({ place }: FoundBase): Problem => ({
  reason: 'TooManyBases',
  message: `Kustomizations use more than ${MOST_BASES} other repositories, counting those that they lead to`,
  place,
  remedy: 'Copy them into the repository (kustomize localize).',
});

const tooSlow = ({ url, commit }: RemoteBase, ms: number): ProblemError =>
  new ProblemError({
    reason: 'RemoteUnreachable',
    message: `${url} has not given commit ${commit} within ${ms / 1000} seconds`,
    remedy: 'Look at the server, or copy the base into the repository (kustomize localize).',
  });
