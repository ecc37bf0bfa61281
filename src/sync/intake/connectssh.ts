import { createPrivateKey } from 'node:crypto';
import { ProblemError } from '../../base/errors.ts';
import { parseSshAddress, type SshAddress } from '../../git/transport/ssh/address.ts';
import { generateDeployKey } from '../../git/transport/ssh/deploykey.ts';
import {
  fingerprintOf,
  type HostKey,
  knownHostName,
  knownHosts,
  publishedFingerprints,
  readHostKeys,
} from '../../git/transport/ssh/hostkeys.ts';
import type { ConnectRequest } from '../../model/faces.ts';
import type { ConnectionData } from './connectsecret.ts';

/** Asks a server for its host keys. */
export type ScanHostKeys = (address: Pick<SshAddress, 'host' | 'port'>) => Promise<readonly HostKey[]>;

export type SshRequest = Pick<ConnectRequest, 'name' | 'sshKey' | 'sshAgent' | 'hostKey'>;

export interface SshConnection {
  readonly data: ConnectionData;
  /** A deploy key was made just now: its public half. */
  readonly made?: string;
}

/** What is kept of a connection over ssh from now on. @throws ProblemError HostKeyUnknown, HostKeyChanged, BadRequest */
export async function sshConnection(
  url: string,
  request: SshRequest,
  before: ConnectionData,
  scan: ScanHostKeys,
): Promise<SshConnection> {
  const address = parseSshAddress(url);
  const known_hosts = await hostKeysFor(address, request.hostKey, before.known_hosts, scan);
  const { sshKey, sshAgent = before.agent === 'true' && sshKey === undefined } = request;
  if (sshAgent) return { data: { known_hosts, agent: 'true' } };
  if (sshKey !== undefined) return { data: { known_hosts, identity: readable(sshKey) } };
  if (before.identity)
    return { data: { known_hosts, identity: before.identity, ...publicHalf(before['identity.pub']) } };
  const { privateKey, publicKey } = generateDeployKey(`pilotage-${request.name}`);
  return { data: { known_hosts, identity: privateKey, 'identity.pub': publicKey }, made: publicKey };
}

const publicHalf = (text: string | undefined): ConnectionData => (text ? { 'identity.pub': text } : {});

async function hostKeysFor(
  address: SshAddress,
  asked: string | undefined,
  before: string | undefined,
  scan: ScanHostKeys,
): Promise<string> {
  const isKnown = before?.split('\n').some((line) => line.startsWith(`${knownHostName(address)} `));
  if (asked === undefined && before !== undefined && isKnown) return before;
  if (asked !== undefined && !asked.startsWith('SHA256:')) {
    const keys = readHostKeys(asked);
    if (keys.length > 0) return knownHosts(address, keys);
    throw new ProblemError({
      reason: 'BadRequest',
      message: 'No host key can be read from what was given.',
      remedy: 'Give a fingerprint (SHA256:…), or a file as ssh-keyscan writes it.',
    });
  }
  const shown = await scan(address);
  const wanted = asked === undefined ? publishedFingerprints(address.host) : [asked];
  const matching = shown.filter((key) => wanted.includes(fingerprintOf(key)));
  if (matching.length > 0) return knownHosts(address, matching);
  throw new ProblemError(wanted.length > 0 ? otherKey(address, shown, wanted) : unknownKey(address, shown));
}

const unknownKey = (address: SshAddress, [first, ...others]: readonly HostKey[]) => ({
  reason: 'HostKeyUnknown',
  message: `Nobody has confirmed yet which host key ${knownHostName(address)} has. It shows ${first ? `${first.type} ${fingerprintOf(first)}` : 'none'}${others.length > 0 ? `, and ${others.length} of other kinds` : ''}.`,
  remedy: `Compare it with what the server says of itself, then: --host-key ${first ? fingerprintOf(first) : 'FILE'}`,
});

const otherKey = (address: SshAddress, shown: readonly HostKey[], wanted: readonly string[]) => ({
  reason: 'HostKeyChanged',
  message: `${knownHostName(address)} shows the host key ${shown.map(fingerprintOf).join(' or ')}, not ${wanted.join(' or ')}.`,
  remedy:
    'Ask who runs the server. Nothing is connected to it until one of its keys is confirmed: --host-key SHA256:…',
});

/** What `ssh` will be able to read without asking for a passphrase, as far as that is seen from here. */
function readable(text: string): string {
  const trimmed = `${text.trim()}\n`;
  if (/^-----BEGIN OPENSSH PRIVATE KEY-----/.test(trimmed)) {
    const blob = Buffer.from(trimmed.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
    // PROTOCOL.key of openssh-portable: the magic, then the name of the cipher.
    const magic = 'openssh-key-v1\0'.length;
    const cipher = blob.subarray(magic + 4, magic + 4 + 4).toString('latin1');
    if (blob.subarray(0, magic).toString('latin1') === 'openssh-key-v1\0' && cipher === 'none')
      return trimmed;
  } else if (/^-----BEGIN (RSA |EC )?PRIVATE KEY-----/.test(trimmed)) {
    try {
      createPrivateKey(trimmed);
      return trimmed;
    } catch {
      // Told below; what the parser says could repeat some of it.
    }
  }
  throw new ProblemError({
    reason: 'BadRequest',
    message: 'The private key cannot be read: it is damaged, has a passphrase, or is not a private key.',
    remedy: 'Make one for this delivery alone: leave --ssh-key out, or ssh-keygen -t ed25519 -N "" -f FILE',
  });
}
