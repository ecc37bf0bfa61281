import { HOST_SHARED_WITH } from '../../../kube/kinds/ingresses/words.ts';
import type { Ingress } from '../../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Finding } from './findings.ts';
import { wildcardOf } from './table.ts';

/** Whose a host is. */
interface Holder {
  readonly namespace: string;
  /** Its oldest Ingress for the host, `shop/web`. */
  readonly owner: string;
}

/** What keeps an Ingress, or another object of its namespace, from a host; undefined: nothing does. */
export type HostClaims = (who: Pick<KubeObject, 'metadata'>, host: string) => Finding | undefined;

/**
 * A host belongs to the namespace whose Ingress was the first to name it, and one that a wildcard stands for to the namespace of an older
 * wildcard: whoever may write Ingresses elsewhere would take over a path by a longer one. Its holder may share it (as OpenShift's routes
 * have it, `namespaceOwnership: Strict`). Requests for any host belong to nobody.
 */
export function hostClaims(oldestFirst: readonly Ingress[]): HostClaims {
  const holders = new Map<string, Holder>();
  const shared = new Map<string, ReadonlySet<string>>();
  for (const ingress of oldestFirst)
    for (const host of hostsOf(ingress)) {
      const key = `${ingress.metadata.namespace} ${host}`;
      shared.set(key, new Set([...(shared.get(key) ?? []), ...sharedWith(ingress)]));
    }

  const conflictOf: HostClaims = ({ metadata: { namespace = '' } }, host) => {
    const wildcard = wildcardOf(host);
    const claimed = holders.has(host) ? host : wildcard;
    const holder = holders.get(claimed);
    if (host === '' || !holder || holder.namespace === namespace) return undefined;
    const guests = shared.get(`${holder.namespace} ${claimed}`);
    if (guests?.has(namespace) || guests?.has('*')) return undefined;
    return {
      reason: 'HostConflict',
      message: `${host} belongs to the namespace ${holder.namespace}, whose Ingress ${holder.owner} ${claimed === host ? 'is' : `for ${claimed} is`} older: the annotation ${HOST_SHARED_WITH}: ${namespace} there would share it`,
    };
  };

  for (const ingress of oldestFirst) {
    const { namespace = '', name = '' } = ingress.metadata;
    for (const host of hostsOf(ingress))
      if (!holders.has(host) && !conflictOf(ingress, host))
        holders.set(host, { namespace, owner: `${namespace}/${name}` });
  }
  return conflictOf;
}

const hostsOf = ({ spec }: Ingress): readonly string[] =>
  (spec?.rules ?? []).flatMap(({ host }) => host?.toLowerCase() || []);

/** Namespaces, with commas or spaces between; `*`: all. */
const sharedWith = ({ metadata }: Ingress): readonly string[] =>
  (metadata.annotations?.[HOST_SHARED_WITH] ?? '').split(/[\s,]+/).filter((one) => one !== '');
