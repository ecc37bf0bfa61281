import fs from 'node:fs';
import { ProblemError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { branchOf, branchRef, tipsByBranch } from '../objects/refname.ts';
import { ObjectStore } from '../store/object-store.ts';
import type { Oid, Remote, Repository } from '../types.ts';
import { gitHttpClient, type TlsOptions } from './http-client.ts';
import { remoteProblem } from './remote-errors.ts';
import { setBranches } from './remote-sync.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Loaded when a remote is first asked: it costs 18 MB, and who pushes to the embedded host alone never needs it. */
const isomorphicGit = () => import('isomorphic-git');

/** A remote over http or https. The address that is shown and logged carries no credentials. */
export class HttpRemote implements Remote {
  readonly url: string;
  readonly #tls: TlsOptions;
  readonly #headers: Record<string, string>;
  readonly #logger: Logger;

  constructor(address: URL, options: TlsOptions & { credentials?: Credentials | undefined; logger: Logger }) {
    const inUrl = {
      user: decodeURIComponent(address.username),
      password: decodeURIComponent(address.password),
    };
    const credentials = options.credentials ?? (inUrl.user || inUrl.password ? inUrl : undefined);
    const bare = new URL(address);
    bare.username = '';
    bare.password = '';
    this.url = bare.href;
    this.#tls = options;
    this.#headers = credentials ? { Authorization: basic(credentials) } : {};
    this.#logger = options.logger;
  }

  async listBranches(signal?: AbortSignal) {
    const { listServerRefs } = await isomorphicGit();
    const list = (prefix: string) =>
      listServerRefs({ ...this.#transport(signal), protocolVersion: 2, prefix, symrefs: true });
    return this.#guard(async () => {
      // Two narrow questions: all refs of a large forge repository (one per pull request) would be megabytes per poll.
      const [heads, refs] = await Promise.all([list('HEAD'), list('refs/heads/')]);
      const target = heads.find(({ ref }) => ref === 'HEAD')?.target;
      const branches = refs.flatMap(({ ref, oid }) => {
        const branch = branchOf(ref);
        return branch === undefined ? [] : [[branch, oid] as const];
      });
      return { head: branchOf(target ?? ''), branches: tipsByBranch(branches) };
    });
  }

  async fetch(into: Repository, branches: readonly string[], signal?: AbortSignal): Promise<void> {
    const { fetch } = await isomorphicGit();
    const remote = await this.listBranches(signal);
    const store = new ObjectStore(`${into.dir}/objects`);
    const known = await into.branches();
    await ensureRefspec(into.dir);
    try {
      for (const branch of branches) {
        const tip = remote.branches[branch];
        if (tip === undefined || store.has(tip)) continue;
        this.#logger.debug({ url: this.url, branch, tip }, 'fetching');
        await this.#guard(() =>
          fetch({
            fs,
            gitdir: into.dir,
            ...this.#transport(signal),
            // Names what is told to the server as had already: for a new branch, any other of its repository.
            ref: branchRef(known[branch] === undefined ? (Object.keys(known)[0] ?? branch) : branch),
            remoteRef: branchRef(branch),
            singleBranch: true,
            tags: false,
          }),
        );
      }
    } finally {
      store.close();
    }
    await setBranches(into, { url: this.url, ...remote }, branches);
  }

  async push(
    from: Repository,
    branch: string,
    oid: Oid,
    expected: Oid | null,
    signal?: AbortSignal,
  ): Promise<'pushed' | 'rejected'> {
    const { push } = await isomorphicGit();
    const remote = await this.listBranches(signal);
    if ((remote.branches[branch] ?? null) !== expected) return 'rejected';
    if (expected !== null && !(await from.isAncestor(expected, oid))) return 'rejected';
    return this.#guard(async () => {
      const result = await push({
        fs,
        gitdir: from.dir,
        ...this.#transport(signal),
        ref: oid,
        remoteRef: branchRef(branch),
        // What the server is at when the pack is sent is asked again: the list above may be old by then.
        onPrePush: ({ remoteRef }) => orNull(remoteRef.oid) === expected,
      }).catch((error: unknown) => outcomeOf(error));
      if (result === 'rejected' || result.ok) return result === 'rejected' ? 'rejected' : 'pushed';
      throw new Error(result.error ?? 'the push was refused');
    });
  }

  #transport(signal: AbortSignal | undefined) {
    // A copy each time: isomorphic-git writes the protocol version of one request into the object that it is given.
    return { http: gitHttpClient(this.#tls, signal), url: this.url, headers: { ...this.#headers } };
  }

  async #guard<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return await fn();
    } catch (error) {
      throw remoteProblem(this.url, error);
    }
  }
}

/** isomorphic-git refuses to fetch without one; it keeps its own notes below refs/remotes/, where nobody looks. */
async function ensureRefspec(gitdir: string): Promise<void> {
  const { getConfig, setConfig } = await isomorphicGit();
  const path = 'remote.origin.fetch';
  const value = '+refs/heads/*:refs/remotes/origin/*';
  if ((await getConfig({ fs, gitdir, path })) !== value) await setConfig({ fs, gitdir, path, value });
}

const basic = ({ user, password }: Credentials): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const orNull = (oid: string): Oid | null => (/^0*$/.test(oid) ? null : oid);

/** isomorphic-git throws what the server answered: a branch that moved is an answer, a hook's refusal a problem. */
function outcomeOf(error: unknown): 'rejected' {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'PushRejectedError' || code === 'UserCanceledError') return 'rejected';
  if (code !== 'GitPushError' || !(error instanceof Error)) throw error;
  if (
    /fetch first|non-fast-forward|stale info|failed to (lock|update ref)|cannot lock ref/.test(error.message)
  ) {
    return 'rejected';
  }
  throw new ProblemError(
    {
      reason: 'PushRefused',
      message: `the remote refuses the push: ${error.message.replaceAll(/\s+/g, ' ')}`,
      remedy:
        'let the account that Pilotage uses push to this branch (branch protection, hooks, permissions)',
    },
    { cause: error },
  );
}
