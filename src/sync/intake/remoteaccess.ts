import type { Logger } from '../../base/log.ts';
import { openRemote } from '../../git/transport/remote.ts';
import { isSshAddress } from '../../git/transport/ssh/address.ts';
import type { Credentials, Remote, RemoteOptions } from '../../git/transport/transport.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Delivery } from '../../model/types.ts';
import { type ConnectionData, readConnection } from './connectsecret.ts';

export type RemoteRepository = Extract<Delivery['spec']['repository'], { type: 'remote' }>;

/** How this machine gets to repositories elsewhere; none of it is a delivery's own choice. */
export interface RemoteGround {
  /** Folder for the files of sessions over ssh. */
  readonly sshDir: string;
  /** Where programs are. */
  readonly path: string;
  /** Socket of the agent whose keys may be used where a person says so. */
  readonly sshAgent?: string;
  /** When a server that says nothing is given up. Default: a minute. */
  readonly idleMs?: number;
}

export interface RemoteAccessOptions {
  readonly home: KubeClient;
  readonly ground: RemoteGround;
  readonly logger: Logger;
}

/** The repository of a delivery as of now: credentials that were added or changed since count. @throws ProblemError */
export async function openAccess(
  { home, ground, logger }: RemoteAccessOptions,
  { url, secretRef }: RemoteRepository,
): Promise<Remote> {
  const data = secretRef ? await readConnection(home, secretRef.name) : {};
  return openRemote(url, { logger, ...accessOf(url, data, ground) });
}

/** What a Secret says, as the transport takes it. Pure. */
export function accessOf(
  url: string,
  data: ConnectionData,
  ground: RemoteGround,
): Omit<RemoteOptions, 'logger'> {
  if (isSshAddress(url)) {
    const { identity, known_hosts = '' } = data;
    return {
      ssh: {
        dir: ground.sshDir,
        path: ground.path,
        knownHosts: known_hosts,
        ...(identity ? { privateKey: identity } : {}),
        ...(ground.idleMs === undefined ? {} : { idleMs: ground.idleMs }),
        ...(data.agent === 'true' && ground.sshAgent ? { agent: ground.sshAgent } : {}),
      },
    };
  }
  const credentials = credentialsOf(data);
  return {
    ...(credentials ? { credentials } : {}),
    ...(ground.idleMs === undefined ? {} : { idleMs: ground.idleMs }),
    ...(data['ca.crt'] ? { ca: data['ca.crt'] } : {}),
    ...(data['tls.crt'] && data['tls.key']
      ? { clientCert: { cert: data['tls.crt'], key: data['tls.key'] } }
      : {}),
  };
}

/** Of a Secret with a user and a password; a token goes in as the password. */
export function credentialsOf({ username, password }: ConnectionData): Credentials | undefined {
  return password === undefined ? undefined : { user: username || 'git', password };
}
