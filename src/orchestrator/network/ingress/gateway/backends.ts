import { type CrossReference, isGranted } from '../../../../kube/kinds/gateways/grants.ts';
import type { HTTPBackendRef, HTTPRoute, ReferenceGrant } from '../../../../kube/kinds/gateways/objects.ts';
import type { Service } from '../../../../kube/kinds/objects.data.ts';
import { isTcp } from '../../route.ts';
import type { Find } from '../rules.ts';
import type { Target } from '../table.ts';

export interface Backends {
  readonly service: Find<Service>;
  readonly grants: readonly ReferenceGrant[];
}

/** Why a reference leads nowhere, by the reasons of the condition ResolvedRefs. */
export interface Unresolved {
  readonly reason: 'InvalidKind' | 'RefNotPermitted' | 'BackendNotFound' | 'UnsupportedProtocol';
  readonly message: string;
}

export interface FoundBackend {
  readonly target: Target;
  readonly problem?: Unresolved;
}

/** The port of a Service that a backend names. Requests for one that leads nowhere are told so by 500 (HTTPRouteRule.backendRefs). */
export function backendOf(
  route: HTTPRoute,
  ref: HTTPBackendRef,
  { service, grants }: Backends,
): FoundBackend {
  const reference = referenceOf(route, ref);
  const { group, kind, namespace, name } = reference;
  const what = `${namespace}/${name}`;
  if (group !== '' || kind !== 'Service')
    return nowhere(
      'InvalidKind',
      `a backend of kind ${kind}${group === '' ? '' : ` of ${group}`} is not carried, only Services`,
    );
  if (!isGranted(reference, grants))
    return nowhere(
      'RefNotPermitted',
      `no ReferenceGrant of the namespace ${namespace} lets HTTPRoutes of ${reference.fromNamespace} use the Service ${what}`,
    );
  const found = service(namespace, name);
  if (!found) return nowhere('BackendNotFound', `there is no Service ${what}`);
  // It would lead the agent to any address that its author likes.
  if (found.spec.type === 'ExternalName')
    return nowhere('UnsupportedProtocol', `the Service ${what} is an ExternalName, which is not carried`);
  const port = (found.spec.ports ?? []).find((one) => isTcp(one) && one.port === ref.port);
  if (!port)
    return nowhere('BackendNotFound', `the Service ${what} has no port ${ref.port ?? 'that is named'}`);
  if (port.appProtocol === 'kubernetes.io/h2c')
    return nowhere(
      'UnsupportedProtocol',
      `the port ${port.port} of the Service ${what} speaks HTTP/2 in the clear, which is not done here`,
    );
  return { target: { type: 'port', namespace, service: name, portName: port.name ?? '' } };
}

const nowhere = (reason: Unresolved['reason'], message: string): FoundBackend => ({
  // To strangers: what is amiss names objects of others.
  target: { type: 'missing', why: 'the backend of this route cannot be used', status: 500 },
  problem: { reason, message },
});

function referenceOf(
  { metadata: { namespace: own = '' } }: HTTPRoute,
  { group = '', kind = 'Service', name, namespace = own }: HTTPBackendRef,
): CrossReference {
  return { fromKind: 'HTTPRoute', fromNamespace: own, group, kind, namespace, name };
}

/** The Services that a route names, as `namespace/name`, whether it may or not. */
export const servicesOfRoute = (route: HTTPRoute): readonly string[] =>
  (route.spec.rules ?? [])
    .flatMap(({ backendRefs = [] }) => backendRefs)
    .map((ref) => referenceOf(route, ref))
    .map(({ namespace, name }) => `${namespace}/${name}`);
