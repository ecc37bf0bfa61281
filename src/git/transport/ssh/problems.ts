import { errnoOf, type Problem, ProblemError } from '../../../base/errors.ts';
import type { SshAddress } from './address.ts';
import { fingerprintOf, knownHostName, readHostKeys } from './hostkeys.ts';

interface Where {
  readonly address: SshAddress;
  readonly url: string;
  /** The keys that were expected, as known_hosts(5) has them. */
  readonly knownHosts: string;
}

/** What is known of a session that failed: what `ssh` and the server printed, or that nothing came for a time. */
type End = { readonly said: string } | { readonly idleMs: number };

type Row = readonly [pattern: RegExp, tell: (where: Where, said: string) => Problem];

/** By what OpenSSH's client prints (ssh.c, sshconnect.c, sshconnect2.c), then by what forges say of repositories. First match counts. */
const ROWS: readonly Row[] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/, hostKeyChanged],
  [/host key is known for|Host key verification failed/, hostKeyUnknown],
  [
    /Permission denied|Too many authentication failures|No more authentication methods/i,
    ({ url }) => ({
      reason: 'AuthenticationFailed',
      message: `${url} does not let this key in`,
      remedy:
        'paste the public key at the forge as a deploy key of this repository (`pilotage connect DELIVERY --check` prints it), with the right to write where promotions are pushed',
    }),
  ],
  [
    /Load key .*(invalid format|error in libcrypto|incorrect passphrase)/,
    ({ url }) => ({
      reason: 'AuthenticationFailed',
      message: `the private key for ${url} cannot be read: it is damaged or has a passphrase`,
      remedy: 'give one without a passphrase: pilotage connect DELIVERY --ssh-key FILE',
    }),
  ],
  [
    /Could not resolve hostname|Name or service not known|Temporary failure in name resolution/,
    ({ url }) => unreachable(url, 'its host name is not known', 'check the host name and the name server'),
  ],
  [
    /Connection refused/,
    ({ url }) => unreachable(url, 'nothing listens there', 'check the port, and that the server runs'),
  ],
  [
    /timed out|No route to host|Network is unreachable/i,
    ({ url }) => unreachable(url, 'it does not answer', 'check the network, the port and firewalls'),
  ],
  [
    /read-only|write access|not allowed to push|denied to|deploy key/i,
    ({ url }, said) => ({
      reason: 'AuthenticationFailed',
      message: `${url} does not take pushes with this key: ${lastLine(said)}`,
      remedy: 'give the key the right to write, or promote by pull request',
    }),
  ],
  [
    /not appear to be a git repository|[Rr]epository not found|does not exist|could not be found|no such project/,
    ({ url }) => ({
      reason: 'NotARepository',
      message: `there is no repository at ${url}, or this key may not see it`,
      remedy: 'check the path; a deploy key opens only the repository that it was pasted at',
    }),
  ],
];

/** Explains a session that failed; a ProblemError of the work itself stands unless the server said why. */
export function sshProblem(where: Where, error: unknown, end: End): unknown {
  if (errnoOf(error) === 'ENOENT')
    return new ProblemError({
      reason: 'RemoteUnreachable',
      message: `${where.url} cannot be reached: the program ssh is not on this machine`,
      remedy: 'install the OpenSSH client (openssh-client) where the daemon runs',
    });
  if ('idleMs' in end)
    return new ProblemError(
      unreachable(where.url, `nothing has come for ${end.idleMs / 1000} seconds`, 'look at the server'),
    );
  const row = ROWS.find(([pattern]) => pattern.test(end.said));
  if (row) return new ProblemError(row[1](where, end.said), { cause: error });
  if (error instanceof ProblemError && error.problem.reason !== 'BadRequest') return error;
  const why = lastLine(end.said) || 'the connection was cut';
  return new ProblemError(
    unreachable(where.url, why, 'it is asked again at the next poll; look at the server if this stays'),
    { cause: error },
  );
}

const unreachable = (url: string, why: string, remedy: string): Problem => ({
  reason: 'RemoteUnreachable',
  message: `${url} cannot be reached: ${why}`,
  remedy,
});

function hostKeyChanged({ address, knownHosts }: Where, said: string): Problem {
  const shown = /SHA256:[A-Za-z0-9+/]+/.exec(said)?.[0] ?? 'another one';
  const expected = fingerprints(knownHosts);
  return {
    reason: 'HostKeyChanged',
    message: `${knownHostName(address)} shows the host key ${shown}, and ${expected} was expected: it is another server, or its key was replaced`,
    remedy: `ask who runs it; if the key was replaced: pilotage connect DELIVERY --host-key ${shown}`,
  };
}

function hostKeyUnknown({ address, knownHosts }: Where): Problem {
  const expected = readHostKeys(knownHosts).length > 0 ? `; expected is ${fingerprints(knownHosts)}` : '';
  return {
    reason: 'HostKeyUnknown',
    message: `the host key of ${knownHostName(address)} is not known${expected}`,
    remedy:
      'compare what `pilotage connect DELIVERY --host-key scan` prints with what the server says of itself',
  };
}

const fingerprints = (knownHosts: string): string =>
  readHostKeys(knownHosts).map(fingerprintOf).join(' or ') || 'none';

const lastLine = (said: string): string =>
  said
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) =>
        line !== '' &&
        !/^(fatal: (Could not read|the remote end)|Please make sure|and the repository)/.test(line),
    )
    .at(-1)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a server's words reach terminals
    ?.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, ' ')
    .slice(0, 200) ?? '';
