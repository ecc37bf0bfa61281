import { type Awaitable, after } from '../../../base/awaitable.ts';
import type { User } from '../../../kube/client/client.ts';
import type { Authorizer } from '../authorization.ts';
import type { AdmissionAttributes } from './plugin.ts';

export const isSigningRequest = ({ kind }: AdmissionAttributes): boolean =>
  kind.group === 'certificates.k8s.io' && kind.plural === 'certificatesigningrequests';

/**
 * Whether the user may do `verb` to the signer itself, or to all of its domain: the resource `signers` exists for authorization only
 * (Kubernetes `pkg/certauthorization/certauthorization.go`).
 */
export function isAllowedForSigner(
  authorize: Authorizer,
  user: User,
  verb: 'approve' | 'sign',
  signer: string,
): Awaitable<boolean> {
  const may = (name: string) =>
    after(
      authorize(user, { verb, group: 'certificates.k8s.io', resource: 'signers', name }),
      ({ allowed }) => allowed,
    );
  return after(may(signer), (allowed) => allowed || may(`${signer.split('/')[0]}/*`));
}
