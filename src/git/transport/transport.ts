import type { Logger } from '../../base/log.ts';
import type { Oid, Repository } from '../types.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface TlsOptions {
  /** PEM of the authorities to trust, and no others; the machine's when absent. */
  readonly ca?: string;
  readonly clientCert?: { readonly cert: string; readonly key: string };
  /** An exchange over HTTP in which nothing comes for this long is ended. Default: a minute. */
  readonly idleMs?: number;
}

/** How a server is reached over ssh. Nothing of the user's or the machine's own configuration counts. */
export interface SshOptions {
  /** Folder for the files of a session, which last as long as it does. */
  readonly dir: string;
  /** Where the program is looked for. */
  readonly path: string;
  /** The host keys that are accepted, as known_hosts(5) has them; no others are. */
  readonly knownHosts: string;
  /** As OpenSSH writes it, without a passphrase. */
  readonly privateKey?: string;
  /** Socket of an agent that has the key. */
  readonly agent?: string;
  /** A session in which nothing comes for this long is ended. Default: a minute. */
  readonly idleMs?: number;
}

export interface RemoteOptions extends TlsOptions {
  readonly credentials?: Credentials;
  readonly ssh?: SshOptions;
  readonly logger: Logger;
}

/** A way to reach a repository elsewhere. One file each, and one row in the table of `remote.ts`. */
export interface Transport {
  /** Whether this transport reaches the address. */
  reaches(address: string): boolean;
  /** Connects to nothing yet. */
  open(address: string, options: RemoteOptions): Remote;
}

/** The other end of a mirror. Every method rejects with ProblemError (`RemoteUnreachable`, `AuthenticationFailed`, `NotARepository`). */
export interface Remote {
  /** Without credentials, fit to be shown and logged. */
  readonly url: string;
  /** Branch tips and the branch that HEAD names: cheap enough for every poll. */
  listBranches(
    signal?: AbortSignal,
  ): Promise<{ head: string | undefined; branches: Readonly<Record<string, Oid>> }>;
  /** Brings the branches into `into` and sets its branches to the remote's tips. */
  fetch(into: Repository, branches: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Fast-forward or create only. 'rejected' when the remote's branch is no longer at `expected`. */
  push(
    from: Repository,
    branch: string,
    oid: Oid,
    expected: Oid | null,
    signal?: AbortSignal,
  ): Promise<'pushed' | 'rejected'>;
  /**
   * Asks what a push asks first, and sends nothing. Resolves where the server lets these credentials begin a push, which does not say that
   * every branch may be written: protection and hooks answer a push itself.
   */
  mayWrite(signal?: AbortSignal): Promise<void>;
}

/** The scheme of an address, in lower case; undefined for a path and for the short form of ssh. */
export function schemeOf(address: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
}

/** The condition of `Remote.push`: the remote's branch (`tip`; undefined where it has none) is at `expected`, and `oid` descends from it. */
export async function mayPush(
  from: Repository,
  oid: Oid,
  tip: Oid | undefined,
  expected: Oid | null,
): Promise<boolean> {
  return (tip ?? null) === expected && (expected === null || (await from.isAncestor(expected, oid)));
}
