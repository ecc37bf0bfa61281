import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { isObject } from '../../../kube/values/equal.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Attributes, Decision } from '../authorization.ts';
import { type ResourceAttributes, resourceOf } from './rules.ts';

export const isTokenRequest = (attributes: Attributes): attributes is ResourceAttributes =>
  'group' in attributes && attributes.verb === 'create' && resourceOf(attributes) === 'serviceaccounts/token';

/**
 * A node asks for tokens of its pods' accounts, each bound to such a pod, and for audiences that a volume of that pod names (Kubernetes
 * `plugin/pkg/admission/noderestriction/admission.go` admitServiceAccount, with its words).
 */
export function nodeMayRequestToken(
  node: string,
  { name, object, isUnread }: ResourceAttributes,
  pods: readonly Pod[],
): Decision {
  const own = pods.filter(({ spec }) => spec.nodeName === node && accountOf(spec) === name);
  if (own.length === 0) {
    return refused(
      'no relationship found between node and this object: no pod that is bound to it uses the account',
    );
  }
  if (isUnread) return { allowed: true };
  const ref = boundTo(object);
  if (ref?.kind !== 'Pod' || !ref.name) return refused('node requested token not bound to a pod');
  if (!ref.uid) return refused('node requested token with a pod binding without a uid');
  const pod = own.find(({ metadata }) => metadata.name === ref.name);
  if (!pod) return refused('node requested token bound to a pod scheduled on a different node');
  if (pod.metadata.uid !== ref.uid) {
    return refused(`the UID in the bound object reference (${ref.uid}) does not match the UID in record`);
  }
  const strange = audiencesOf(object).find((audience) => !wants(pod, audience));
  return strange === undefined
    ? { allowed: true }
    : refused(`audience "${strange}" not found in pod spec volume`);
}

const accountOf = ({ serviceAccountName }: Pod['spec']): string => serviceAccountName ?? 'default';
const refused = (reason: string): Decision => ({ allowed: false, reason });
const specOf = (request: KubeObject | undefined) => (isObject(request?.spec) ? request.spec : {});

function boundTo(
  request: KubeObject | undefined,
): Partial<Record<'kind' | 'name' | 'uid', unknown>> | undefined {
  const { boundObjectRef } = specOf(request);
  return isObject(boundObjectRef) ? boundObjectRef : undefined;
}

function audiencesOf(request: KubeObject | undefined): readonly string[] {
  const { audiences } = specOf(request);
  return Array.isArray(audiences) ? audiences.map(String) : [];
}

const wants = ({ spec }: Pod, audience: string): boolean =>
  (spec.volumes ?? []).some(({ projected }) =>
    (projected?.sources ?? []).some((source) => (source.serviceAccountToken?.audience ?? '') === audience),
  );
