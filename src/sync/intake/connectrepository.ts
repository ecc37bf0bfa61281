import { ProblemError } from '../../base/errors.ts';
import { transportOf } from '../../git/transport/remote.ts';
import { isSshAddress, parseSshAddress } from '../../git/transport/ssh/address.ts';
import { knownHostName } from '../../git/transport/ssh/hostkeys.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { ConnectRequest } from '../../model/faces.ts';
import type { Delivery } from '../../model/types.ts';
import { readSecret } from '../state/ownsecret.ts';
import type { ConnectionData, ConnectPart } from './connectsecret.ts';
import { type ScanHostKeys, sshConnection } from './connectssh.ts';

/** `url`: where the repository is from now on; absent where nothing is said about it. `deployKey`: the public half of a key that was made. */
interface RepositoryPart extends ConnectPart {
  readonly url?: string;
  readonly deployKey?: string;
}

/** What a request changes of where the repository is. Reads what is kept and asks for host keys; writes nothing. @throws ProblemError */
export async function repositoryOf(
  home: KubeClient,
  request: ConnectRequest,
  before: Delivery['spec']['repository'] | undefined,
  scan: ScanHostKeys,
): Promise<RepositoryPart> {
  const { name, pollSeconds } = request;
  const remote = before?.type === 'remote' ? before : undefined;
  // Reported now, to the user who can correct it, and not by a later poll to nobody.
  if (request.url !== undefined) transportOf(request.url);
  const { url = remote?.url, token, username = 'git' } = credentialsApart(request);
  if (url === undefined) {
    const isAbout = OF_REMOTES.find((field) => request[field] !== undefined);
    if (isAbout === undefined) return { spec: {} };
    throw new ProblemError({
      reason: 'BadRequest',
      message: `${name} is hosted here: there is nothing to ask, and no token to show.`,
      remedy: `Say where its repository is: pilotage connect ${name} URL`,
    });
  }
  assertFits(url, request);
  // What was given for one server is not shown to another.
  const isSame = remote !== undefined && hostOf(remote.url) === hostOf(url);
  const kept = isSame && remote.secretRef ? await readSecret(home, remote.secretRef.name) : undefined;
  // An administrator has lent the agent's keys for one repository: they may open others of that server.
  const isLent = kept?.agent === 'true' && remote?.url !== url;
  const known = isLent ? { known_hosts: kept.known_hosts ?? '' } : kept;
  const { data, made } = isSshAddress(url)
    ? await sshConnection(url, request, known ?? {}, scan)
    : { data: httpConnection(known, { ...request, token, username }), made: undefined };
  const secret = `delivery-${name}${isSshAddress(url) ? '-ssh' : ''}`;
  const type = isSshAddress(url) ? 'Opaque' : 'kubernetes.io/basic-auth';
  const forget = data === undefined && remote?.secretRef !== undefined && !isSame;
  const repository = {
    type: 'remote',
    url,
    ...(data === undefined ? (forget ? { secretRef: null } : {}) : { secretRef: { name: secret } }),
    ...(pollSeconds ? { pollSeconds } : {}),
  };
  return {
    spec: { repository },
    url,
    ...(data === undefined ? {} : { keep: { name: secret, data, type, fieldManager: FIELD_MANAGER } }),
    ...(made === undefined ? {} : { deployKey: made }),
  };
}

const FIELD_MANAGER = 'pilotage-connect';
const OF_REMOTES = [
  ...(['token', 'pollSeconds', 'sshKey', 'sshAgent', 'hostKey', 'ca', 'clientCert', 'clientKey'] as const),
];

export const unscanned: ScanHostKeys = async () => [];

/** A key opens nothing over https, and a token nothing over ssh: said now, in place of a poll that fails. */
function assertFits(url: string, request: ConnectRequest): void {
  const [forSsh, forHttp] = [
    (['sshKey', 'sshAgent', 'hostKey'] as const).some((field) => request[field] !== undefined),
    (['token', 'username', 'ca', 'clientCert', 'clientKey'] as const).some(
      (field) => request[field] !== undefined,
    ),
  ];
  if ((forSsh && !isSshAddress(url)) || (forHttp && isSshAddress(url)))
    throw new ProblemError({
      reason: 'BadRequest',
      message: `${url} is not reached with what was given.`,
      remedy:
        'An address over ssh takes --ssh-key, --ssh-agent and --host-key; one over https a token, --ca-file and --client-cert-file.',
    });
  if ((request.clientCert === undefined) !== (request.clientKey === undefined))
    throw new ProblemError({
      reason: 'BadRequest',
      message: 'A client certificate needs its key, and a key its certificate.',
      remedy: '--client-cert-file FILE --client-key-file FILE',
    });
}

/** What is kept of a connection over http; undefined: what there is stays, or there is nothing. */
function httpConnection(
  before: ConnectionData | undefined,
  { token, username, ca, clientCert, clientKey }: ConnectRequest,
): ConnectionData | undefined {
  const given = {
    ...(token ? { username: username ?? 'git', password: token } : {}),
    ...(ca ? { 'ca.crt': ca } : {}),
    ...(clientCert && clientKey ? { 'tls.crt': clientCert, 'tls.key': clientKey } : {}),
  };
  if (Object.keys(given).length === 0) return undefined;
  return { username: username ?? 'git', ...before, ...given };
}

const hostOf = (url: string): string => {
  if (isSshAddress(url)) return `ssh ${knownHostName(parseSshAddress(url))}`;
  return URL.canParse(url) ? new URL(url).host : '';
};

/** Credentials inside an address (`https://ada:token@host/…`) would be shown and logged wherever the address is. */
function credentialsApart({
  url,
  username,
  token,
}: ConnectRequest): Pick<ConnectRequest, 'url' | 'username' | 'token'> {
  if (url === undefined || !/^https?:/i.test(url) || !URL.canParse(url)) return { url, username, token };
  const address = new URL(url);
  const inside = {
    username: decodeURIComponent(address.username),
    token: decodeURIComponent(address.password),
  };
  address.username = '';
  address.password = '';
  return {
    url: inside.username || inside.token ? address.href : url,
    username: username ?? (inside.username || undefined),
    token: token ?? (inside.token || undefined),
  };
}
