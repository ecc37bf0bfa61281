import fs from 'node:fs';
import { ProblemError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { branchRef } from '../objects/refname.ts';
import { ObjectStore } from '../store/object-store.ts';
import type { Oid, Repository } from '../types.ts';
import { gitHttpClient } from './http-client.ts';
import { listRefs } from './http-refs.ts';
import { setBranches } from './mirror.ts';
import { remoteProblem } from './remote-errors.ts';
import {
  type Credentials,
  mayPush,
  type Remote,
  type RemoteOptions,
  schemeOf,
  type TlsOptions,
  type Transport,
} from './transport.ts';

/** Loaded with the first request: it costs 18 MB, which an instance that hosts all its repositories never needs. */
const isomorphicGit = () => import('isomorphic-git');

/** http and https, by isomorphic-git. */
export const http: Transport = {
  reaches(address) {
    const scheme = schemeOf(address);
    return (scheme === 'https' || scheme === 'http') && URL.canParse(address);
  },
  open: (address, options) => new HttpRemote(new URL(address), options),
};

class HttpRemote implements Remote {
  readonly url: string;
  readonly #tls: TlsOptions;
  readonly #headers: Record<string, string>;
  readonly #logger: Logger;

  constructor(address: URL, options: RemoteOptions) {
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
    return this.#guard(() => listRefs(this.#connection(signal)));
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
            ...this.#connection(signal),
            // The server is told that this branch is present here: for a new branch, any other of the repository.
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
    if (!(await mayPush(from, oid, remote.branches[branch], expected))) return 'rejected';
    return this.#guard(async () => {
      const result = await push({
        fs,
        gitdir: from.dir,
        ...this.#connection(signal),
        ref: oid,
        remoteRef: branchRef(branch),
        // The branch is compared again when the pack is sent: the list above may be stale by then.
        onPrePush: ({ remoteRef }) => orNull(remoteRef.oid) === expected,
      }).catch((error: unknown) => outcomeOf(error));
      if (result === 'rejected' || result.ok) return result === 'rejected' ? 'rejected' : 'pushed';
      throw new Error(result.error ?? 'the push was refused');
    });
  }

  async mayWrite(signal?: AbortSignal): Promise<void> {
    const { listServerRefs } = await isomorphicGit();
    await this.#guard(() =>
      listServerRefs({ ...this.#connection(signal), protocolVersion: 1, forPush: true, prefix: 'HEAD' }),
    );
  }

  #connection(signal: AbortSignal | undefined) {
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

/** isomorphic-git refuses to fetch without one; it keeps its own refs below refs/remotes/, which nothing reads. */
async function ensureRefspec(gitdir: string): Promise<void> {
  const { getConfig, setConfig } = await isomorphicGit();
  const path = 'remote.origin.fetch';
  const value = '+refs/heads/*:refs/remotes/origin/*';
  if ((await getConfig({ fs, gitdir, path })) !== value) await setConfig({ fs, gitdir, path, value });
}

const basic = ({ user, password }: Credentials): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const orNull = (oid: string): Oid | null => (/^0*$/.test(oid) ? null : oid);

/** isomorphic-git throws the server's answer: a branch that moved is an outcome, a hook's refusal a Problem. */
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
