import type { Gateway, HTTPRoute } from '../../../../kube/kinds/gateways/objects.ts';
import type { HostClaims } from '../hosts.ts';
import { forHost } from '../table.ts';

/** A sentence that says why a route may not have a host; undefined: it has it. */
export type ClaimHost = (route: HTTPRoute, gateway: Gateway, host: string) => string | undefined;

/**
 * A host belongs to whom an Ingress of another namespace gives it, else to the namespace of the Gateway whose oldest route has it: who may write a
 * Gateway of his own would take paths of others by longer ones. Routes are asked about the oldest first. '' belongs to nobody.
 */
export function hostHolders(ingresses: HostClaims): ClaimHost {
  const holders = new Map<string, string>();
  return (route, { metadata: { namespace = '' } }, host) => {
    if (host === '') return undefined;
    const conflict = ingresses(route, asIngress(host));
    if (conflict) return conflict.message;
    const holder = forHost(holders, host);
    if (holder !== undefined && holder !== namespace)
      return `${asIngress(host)} belongs to routes of a Gateway of the namespace ${holder}, which are older`;
    if (!holders.has(host)) holders.set(host, namespace);
    return undefined;
  };
}

/** As an Ingress writes it. */
export const asIngress = (host: string): string => host.replace(/^\*\*\./, '*.');
