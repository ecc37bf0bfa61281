import { parseCertificateRequest } from '../../../base/certificaterequest.ts';
import { NODE_USER } from '../../../kube/client/nodeuser.ts';
import type { CertificateSigningRequest, Node } from '../../../kube/kinds/objects.data.ts';
import { findCondition } from '../../../kube/values/condition.ts';
import { NEVER_REPORTED } from '../node/health.ts';

/** Who joins reads it in the condition Denied. */
export const NAME_TAKEN = 'NodeNameTaken';

/**
 * Why somebody who is not the node itself gets no certificate of that name: a token that lets machines join would else make its bearer any
 * node that there is, with all that this one may read; pods of a silent one go on. Kubernetes leaves that open, and kubeadm asks only on
 * the machine that joins. A Node that has never reported is a join that failed half way, which may go on.
 */
export function nameTaken(
  { spec }: CertificateSigningRequest,
  nodeNamed: (name: string) => Node | undefined,
): string | undefined {
  const parsed = parseCertificateRequest(Buffer.from(spec.request, 'base64').toString('latin1'));
  const name = parsed.ok ? parsed.value.commonName.slice(NODE_USER.length) : '';
  if (spec.username === `${NODE_USER}${name}`) return undefined;
  const ready = findCondition(nodeNamed(name)?.status?.conditions, 'Ready');
  if (ready === undefined || ready.reason === NEVER_REPORTED) return undefined;
  return `a node "${name}" is there`;
}
