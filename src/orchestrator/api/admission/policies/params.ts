import type { ParamKind, ParamRef } from '../../../../kube/kinds/objects.data.ts';
import { selectorMatches } from '../../../../kube/values/selectors.ts';
import { gvkOf, type KubeObject } from '../../../../kube/values/types.ts';
import { prefixOf } from '../../kinds/kind.ts';
import type { MatchingWorld } from '../matching.ts';

/** What a binding hands to its policy: `undefined` is a policy without parameters; an error is a binding that does not fit. */
export type Params = { readonly params: readonly (KubeObject | undefined)[] } | { readonly problem: string };

/** apiserver `policy/generic/policy_dispatcher.go`, CollectParams. */
export function collectParams(
  { store, kinds }: MatchingWorld,
  paramKind: ParamKind | undefined,
  ref: ParamRef | undefined,
  requestNamespace: string,
): Params {
  if (!paramKind || !ref) return { params: [undefined] };
  const { apiVersion = '', kind: name = '' } = paramKind;
  const { group, version } = gvkOf({ apiVersion, kind: name });
  const kind = kinds.all().find((one) => one.group === group && one.version === version && one.kind === name);
  if (!kind) return { problem: `paramKind kind \`${apiVersion}, Kind=${name}\` not known` };
  if (!kind.namespaced && ref.namespace)
    return { problem: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' };
  const namespace = kind.namespaced ? ref.namespace || requestNamespace : undefined;
  if (namespace === '')
    return {
      problem: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
    };
  const found = store
    .list(prefixOf(kind, namespace))
    .map(({ object }) => object)
    .filter(({ metadata }) =>
      ref.name ? metadata.name === ref.name : selectorMatches(ref.selector, metadata.labels ?? {}),
    );
  if (found.length === 0 && ref.parameterNotFoundAction === 'Deny')
    return { problem: 'no params found for policy binding with `Deny` parameterNotFoundAction' };
  return { params: found };
}
