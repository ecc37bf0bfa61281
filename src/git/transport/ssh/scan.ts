import { execFile } from 'node:child_process';
import { ProblemError } from '../../../base/errors.ts';
import type { SshAddress } from './address.ts';
import { type HostKey, knownHostName, readHostKeys } from './hostkeys.ts';

/** The keys that a server shows now, ed25519 first; whether they are its own is for a person to say. @throws ProblemError RemoteUnreachable */
export async function scanHostKeys(
  address: Pick<SshAddress, 'host' | 'port'>,
  path: string,
): Promise<readonly HostKey[]> {
  const { host, port } = address;
  const args = ['-T', '10', '-p', String(port), '-t', 'ed25519,ecdsa,rsa', '--', host];
  const printed = await new Promise<string>((resolve) => {
    // It ends with 1 where a server lacks one kind of key.
    execFile('ssh-keyscan', args, { env: { PATH: path }, timeout: 20_000 }, (_, stdout) => resolve(stdout));
  });
  const keys = readHostKeys(printed);
  if (keys.length === 0)
    throw new ProblemError({
      reason: 'RemoteUnreachable',
      message: `${knownHostName(address)} shows no host key`,
      remedy: 'check host and port, and that OpenSSH (ssh, ssh-keyscan) is installed where the daemon runs',
    });
  const rank = ({ type }: HostKey): number => ['ssh-ed25519', 'ecdsa-sha2-nistp256'].indexOf(type) >>> 0;
  return [...keys].sort((a, b) => rank(a) - rank(b));
}
