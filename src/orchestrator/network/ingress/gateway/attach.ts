import {
  GATEWAY_GROUP,
  type Gateway,
  type HTTPRoute,
  type ParentReference,
} from '../../../../kube/kinds/gateways/objects.ts';
import { selectorMatches } from '../../../../kube/values/selectors.ts';
import { hostKey, type JudgedListener } from './listeners.ts';
import type { Said } from './objects.ts';
import { said, unsaid } from './objects.ts';

export interface Attachment {
  readonly accepted: Said;
  /** Where the route is attached, and for which hosts, as the table has them. */
  readonly listeners: readonly { readonly listener: JudgedListener; readonly hosts: readonly string[] }[];
}

export type LabelsOf = (namespace: string) => Readonly<Record<string, string>>;

/** Which listeners of a Gateway of ours a route is attached to (HTTPRoute.spec.parentRefs, Listener.allowedRoutes). */
export function attach(
  route: HTTPRoute,
  ref: ParentReference,
  gateway: Gateway,
  listeners: readonly JudgedListener[],
  labelsOf: LabelsOf,
): Attachment {
  const refused = (reason: string, message: string): Attachment => ({
    accepted: unsaid('Accepted', reason, message),
    listeners: [],
  });
  const { sectionName, port } = ref;
  const what = `the Gateway ${gateway.metadata.namespace}/${gateway.metadata.name}`;
  const named = listeners.filter(
    ({ listener }) =>
      (sectionName === undefined || listener.name === sectionName) &&
      (port === undefined || listener.port === port),
  );
  if (named.length === 0)
    return refused(
      'NoMatchingParent',
      `${what} has no listener${sectionName === undefined ? '' : ` ${sectionName}`}${port === undefined ? '' : ` at the port ${port}`}`,
    );
  const allowed = named.filter((one) => one.takesRoutes && isAllowed(route, gateway, one, labelsOf));
  if (allowed.length === 0)
    return refused('NotAllowedByListeners', `no listener of ${what} allows HTTPRoutes of this namespace`);
  const attached = allowed.flatMap((listener) => {
    const hosts = commonHosts(listener.listener.hostname, route.spec.hostnames ?? []);
    return hosts.length > 0 ? [{ listener, hosts }] : [];
  });
  if (attached.length === 0)
    return refused('NoMatchingListenerHostname', `none of its hostnames is one of a listener of ${what}`);
  return { accepted: said('Accepted', 'Accepted'), listeners: attached };
}

function isAllowed(
  route: HTTPRoute,
  gateway: Gateway,
  { listener }: JudgedListener,
  labelsOf: LabelsOf,
): boolean {
  const { from = 'Same', selector } = listener.allowedRoutes?.namespaces ?? {};
  const namespace = route.metadata.namespace ?? '';
  if (from === 'All') return true;
  if (from === 'Selector') return selector !== undefined && selectorMatches(selector, labelsOf(namespace));
  return from === 'Same' && namespace === gateway.metadata.namespace;
}

/** The narrower one of each pair that has names in common (HTTPRoute.spec.hostnames). */
export function commonHosts(listener: string | undefined, route: readonly string[]): readonly string[] {
  const own = listener?.toLowerCase() ?? '';
  if (route.length === 0) return [hostKey(own)];
  return [...new Set(route.flatMap((one) => common(own, one.toLowerCase()) ?? []))].map(hostKey);
}

function common(a: string, b: string): string | undefined {
  if (a === '' || a === b) return b;
  if (isWithin(b, a)) return b;
  return isWithin(a, b) ? a : undefined;
}

/** Whether every name that `host` stands for is one of the wildcard. */
const isWithin = (host: string, wildcard: string): boolean =>
  wildcard.startsWith('*.') &&
  host !== wildcard &&
  host.endsWith(wildcard.slice(1)) &&
  host.length > wildcard.length - 1;

export const isGatewayRef = ({ group = GATEWAY_GROUP, kind = 'Gateway' }: ParentReference): boolean =>
  group === GATEWAY_GROUP && kind === 'Gateway';
