import { ProblemError } from '../../base/errors.ts';
import type { Remote } from '../../git/transport/transport.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { ConnectReport, ConnectRequest } from '../../model/faces.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { readSecret } from '../state/ownsecret.ts';
import { checkAccess, describeAccess } from './checkaccess.ts';
import { connect } from './connect.ts';
import type { ScanHostKeys } from './connectssh.ts';
import type { RemoteRepository } from './remoteaccess.ts';

export interface RemoteAccess {
  readonly scanHostKeys: ScanHostKeys;
  readonly open: (repository: RemoteRepository) => Promise<Remote>;
}

/** Connects, then finds out what the credentials can do there. With `check` nothing is changed. */
export async function connectAndCheck(
  home: KubeClient,
  request: ConnectRequest,
  remotes: RemoteAccess | undefined,
): Promise<ConnectReport> {
  const done = request.check
    ? { message: `Delivery ${request.name}:` }
    : await connect(home, request, remotes?.scanHostKeys);
  const key = { namespace: PILOTAGE_NAMESPACE, name: request.name };
  const { repository } = (await home.get(DELIVERIES, key)).spec;
  const isAsked = request.check || ABOUT_ACCESS.some((field) => request[field] !== undefined);
  if (repository.type !== 'remote') {
    if (!request.check) return done;
    throw new ProblemError({
      reason: 'BadRequest',
      message: `${request.name} is hosted here: there is nothing to ask elsewhere.`,
      remedy: `pilotage status ${request.name}`,
    });
  }
  const data = repository.secretRef ? await readSecret(home, repository.secretRef.name) : undefined;
  const deployKey = data?.['identity.pub'];
  return {
    ...done,
    ...(isAsked && deployKey !== undefined ? { deployKey } : {}),
    ...(remotes && isAsked
      ? { access: describeAccess(request.name, await checkAccess(() => remotes.open(repository))) }
      : {}),
  };
}

const ABOUT_ACCESS = [
  ...(['url', 'token', 'sshKey', 'sshAgent', 'hostKey', 'ca', 'clientCert', 'clientKey'] as const),
];
