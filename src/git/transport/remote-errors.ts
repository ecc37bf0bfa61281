import { errnoOf, type Problem, ProblemError } from '../../base/errors.ts';

type Cause = Pick<Problem, 'reason' | 'message' | 'remedy'>;

/** Explains the system and TLS errors of a connection to the person who configured it. */
const CONNECTION: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOTFOUND: ['its host name is not known', 'check the host name and the name server'],
  EAI_AGAIN: ['the name server does not answer', 'check the network and the name server'],
  ECONNREFUSED: ['nothing listens there', 'check the port, and that the server runs'],
  ECONNRESET: ['the connection was cut', 'try again; check proxies and firewalls between'],
  ETIMEDOUT: ['it does not answer', 'check the network, the port and firewalls'],
  EHOSTUNREACH: ['there is no route to it', 'check the network'],
  ENETUNREACH: ['there is no route to it', 'check the network'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'renew the certificate'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is self-signed', 'give its authority as ca'],
  SELF_SIGNED_CERT_IN_CHAIN: ['its authority is not trusted', 'give its authority as ca'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['its authority is not trusted', 'give its authority as ca'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['its authority is not trusted', 'give its authority as ca'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for another name',
    'use the name that the certificate is for',
  ],
};

/** The codes of isomorphic-git for an answer that does not come from git. */
const NOT_GIT: ReadonlySet<string | undefined> = new Set([
  'SmartHttpError',
  'ParseError',
  'EmptyServerResponseError',
  'RemoteCapabilityError',
]);

/** Converts an error of a transport into one of the three problems of Remote; aborts and ProblemErrors are not changed. */
export function remoteProblem(url: string, error: unknown): unknown {
  if (error instanceof ProblemError) return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  const { reason, message, remedy } = causeOf(url, error);
  return new ProblemError({ reason, message, ...(remedy === undefined ? {} : { remedy }) }, { cause: error });
}

function causeOf(url: string, error: unknown): Cause {
  const code = errnoOf(error);
  if (code === 'HttpError') return causeOfStatus(url, statusOf(error));
  if (NOT_GIT.has(code)) {
    return {
      reason: 'NotARepository',
      message: `${url} does not answer as a git repository does`,
      remedy: 'use the address that `git clone` takes, not that of a page about the repository',
    };
  }
  if (code === 'NotFoundError') {
    // isomorphic-git needs the remote's HEAD to fetch anything at all.
    return {
      reason: 'RemoteUnreachable',
      message: `${url} cannot be fetched from: its HEAD names a branch that does not exist`,
      remedy: 'set the default branch of the repository to one that exists',
    };
  }
  const known = code === undefined ? undefined : CONNECTION[code];
  const text = error instanceof Error ? error.message : String(error);
  return {
    reason: 'RemoteUnreachable',
    message: `${url} cannot be reached: ${known?.[0] ?? text}`,
    remedy: known?.[1] ?? 'check that `git ls-remote` works with this address from this machine',
  };
}

/** For an answer that does not come from git. */
export const notGit = (url: string): ProblemError => new ProblemError(causeOf(url, { code: 'ParseError' }));

/** The server says when it may be asked again. */
export class AskedTooOften extends ProblemError {
  /** From when it said so. */
  readonly waitMs: number;

  constructor(url: string, status: number, waitMs: number) {
    const { message, reason } = causeOfStatus(url, status);
    super({
      reason,
      message,
      remedy: `it is asked again in ${Math.ceil(waitMs / 1000)} seconds, as it wishes`,
    });
    this.waitMs = waitMs;
  }
}

/** A wait that is longer than this is not believed: a mistake there would keep a delivery from its commits for days. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * An answer without what was asked for. `Retry-After` of 429 and 503 (RFC 9110, 10.2.3) is seconds or a date, which is compared with the
 * server's own `Date`, so that no clock of ours counts.
 */
export function statusProblem(
  url: string,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): ProblemError {
  const later = headers['retry-after'] ?? '';
  const waits = /^\d+$/.test(later)
    ? Number(later) * 1000
    : Date.parse(later) - Date.parse(headers.date ?? '');
  if ((status === 429 || status === 503) && waits > 0)
    return new AskedTooOften(url, status, Math.min(waits, LONGEST_WAIT_MS));
  return new ProblemError(causeOfStatus(url, status));
}

function causeOfStatus(url: string, status: number): Cause {
  if (status === 401 || status === 403) {
    return {
      reason: 'AuthenticationFailed',
      message: `${url} refuses these credentials (HTTP ${status})`,
      remedy:
        'give a user and a token that may read the repository (and write it, where promotions are pushed)',
    };
  }
  if (status === 404 || status === 410) {
    return {
      reason: 'NotARepository',
      message: `there is no repository at ${url}, or these credentials may not see it`,
      remedy: 'check the address; a private repository needs credentials',
    };
  }
  return {
    reason: 'RemoteUnreachable',
    message: `${url} answers HTTP ${status}`,
    remedy: 'look at the server; it is asked again at the next poll',
  };
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('data' in error)) return 0;
  const data = error.data;
  if (typeof data !== 'object' || data === null || !('statusCode' in data)) return 0;
  return typeof data.statusCode === 'number' ? data.statusCode : 0;
}

export function branchMissing(url: string, branch: string): ProblemError {
  return new ProblemError({
    reason: 'BranchMissing',
    message: `${url} has no branch ${branch}`,
    remedy: 'push the branch, or name another',
  });
}
