import { HOST_SHARED_WITH } from '../../../kube/kinds/ingresses/words.ts';
import type { Ingress } from '../../../kube/kinds/objects.data.ts';
import { oldestFirst } from '../../../kube/values/age.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Finding } from './findings.ts';
import { forHost } from './table.ts';

/** The namespace that holds a host, by host as tables have it. Plain JSON: it is kept on disk. */
export type Holders = Readonly<Record<string, string>>;

/** An object that names hosts: an Ingress, or an HTTPRoute that a Gateway has let in. */
export interface Claimant {
  readonly object: KubeObject;
  readonly hosts: readonly string[];
  /** Those it speaks for; the first one holds a host that nobody holds. */
  readonly voices: readonly Voice[];
}

interface Voice {
  readonly namespace: string;
  /** Namespaces that may have its hosts too; `*`: all. */
  readonly guests: readonly string[];
}

/**
 * What keeps objects of a namespace from a host, a route also by the namespace of its Gateway; undefined: nothing does.
 */
export type HostClaims = (namespace: string, host: string, gateway?: string) => Finding | undefined;

export interface Claims {
  readonly holders: Holders;
  readonly conflictOf: HostClaims;
}

/** What the objects of a namespace say of a host. */
interface Named {
  /** The oldest that names it, `Ingress shop/web`. */
  readonly what: string;
  byIngress: boolean;
  readonly guests: Set<string>;
}

/**
 * A host stays with the namespace that holds it while an object there names it: otherwise whoever may write Ingresses or routes elsewhere would
 * take over a path by a longer one, and an object may be old that names the host since today. Age decides about a host that nobody holds: it
 * goes to the namespace whose object is the oldest, one that a wildcard stands for to that of the wildcard; a wildcard takes no host that is
 * held. A holder may share (as OpenShift's routes have it, `namespaceOwnership: Strict`). Requests for any host belong to nobody.
 */
export function hostClaims(before: Holders, claimants: readonly Claimant[]): Claims {
  const oldest = [...claimants].sort((a, b) => oldestFirst(a.object, b.object));
  const named = namedBy(oldest);
  const holders = new Map(
    Object.entries(before)
      .filter(([host, namespace]) => named.has(keyOf(namespace, host)))
      .map(([host, namespace]) => [host, { host, namespace }]),
  );

  const conflictOf: HostClaims = (namespace, host, gateway) => {
    const holder = forHost(holders, host);
    if (host === '' || !holder || holder.namespace === namespace) return undefined;
    const { what, byIngress, guests } = named.get(keyOf(holder.namespace, holder.host)) ?? NOTHING;
    // Who runs a Gateway lets others have routes for its hosts, not for those of Ingresses beside it.
    if (holder.namespace === gateway && !byIngress) return undefined;
    if (guests.has(namespace) || guests.has('*')) return undefined;
    return {
      reason: 'HostConflict',
      message: `${asWritten(host)} belongs to the namespace ${holder.namespace}, which had ${holder.host === host ? 'it' : asWritten(holder.host)} first (${what}): the annotation ${HOST_SHARED_WITH}: ${namespace} there would share it`,
    };
  };

  for (const { hosts, voices } of oldest)
    for (const host of hosts) {
      const [first, last] = [voices[0]?.namespace, voices.at(-1)?.namespace];
      if (first === undefined || last === undefined || host === '' || holders.has(host)) continue;
      if (!conflictOf(last, host, first)) holders.set(host, { host, namespace: first });
    }
  return {
    holders: Object.fromEntries([...holders].map(([host, { namespace }]) => [host, namespace])),
    conflictOf,
  };
}

const NOTHING: Named = { what: '', byIngress: false, guests: new Set() };

const keyOf = (namespace: string, host: string): string => `${namespace} ${host}`;

function namedBy(oldest: readonly Claimant[]): ReadonlyMap<string, Named> {
  const named = new Map<string, Named>();
  for (const { object, hosts, voices } of oldest)
    for (const host of hosts)
      for (const { namespace, guests } of voices) {
        const { kind, metadata } = object;
        const known = named.get(keyOf(namespace, host)) ?? {
          what: `${kind} ${metadata.namespace}/${metadata.name}`,
          byIngress: false,
          guests: new Set<string>(),
        };
        known.byIngress ||= kind === 'Ingress';
        for (const guest of guests) known.guests.add(guest);
        named.set(keyOf(namespace, host), known);
      }
  return named;
}

export const claimantOf = (ingress: Ingress): Claimant => ({
  // What a list holds names no kind.
  object: { ...ingress, kind: 'Ingress' },
  hosts: (ingress.spec?.rules ?? []).flatMap(({ host }) => host?.toLowerCase() || []),
  voices: [voiceOf(ingress)],
});

/** Its namespace, and whom its annotation names, with commas or spaces between. */
export const voiceOf = ({ metadata }: Pick<KubeObject, 'metadata'>): Voice => ({
  namespace: metadata.namespace ?? '',
  guests: (metadata.annotations?.[HOST_SHARED_WITH] ?? '').split(/[\s,]+/).filter((one) => one !== ''),
});

/** A host of a table as people write it: there a wildcard of a Gateway is `**.`. */
export const asWritten = (host: string): string => host.replace(/^\*\*\./, '*.');
