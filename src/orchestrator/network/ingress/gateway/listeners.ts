import { isGranted, secretNamed } from '../../../../kube/kinds/gateways/grants.ts';
import {
  GATEWAY_GROUP,
  type Gateway,
  type Listener,
  type ReferenceGrant,
} from '../../../../kube/kinds/gateways/objects.ts';
import type { Secret } from '../../../../kube/kinds/objects.data.ts';
import { type HostCertificate, pairOf } from '../certificates.ts';
import type { Find } from '../rules.ts';
import type { Face } from '../table.ts';
import { type Said, said, unsaid } from './objects.ts';

export interface JudgedListener {
  readonly listener: Listener;
  /** Where its routes are served; absent: nowhere. */
  readonly face?: Face;
  readonly takesRoutes: boolean;
  readonly certificate?: HostCertificate;
  readonly conditions: readonly Said[];
}

/** The ports of listeners stand for those of the ingress: HTTP and HTTPS have one each. */
const PORTS: Readonly<Record<string, { readonly face: Face; readonly port: number }>> = {
  HTTP: { face: 'http', port: 80 },
  HTTPS: { face: 'https', port: 443 },
};

export interface ListenerWorld {
  readonly secret: Find<Secret>;
  readonly grants: readonly ReferenceGrant[];
}

/** What becomes of a listener, whoever asks for it. */
export function judgeListener(gateway: Gateway, listener: Listener, world: ListenerWorld): JudgedListener {
  const { protocol, port, allowedRoutes } = listener;
  const usual = PORTS[protocol];
  const accepted = acceptance(protocol, port, usual);
  const kinds = allowedRoutes?.kinds;
  const foreign = kinds?.find(
    ({ group = GATEWAY_GROUP, kind }) => group !== GATEWAY_GROUP || kind !== 'HTTPRoute',
  );
  const takesRoutes =
    usual !== undefined &&
    (!kinds ||
      kinds.some(({ group = GATEWAY_GROUP, kind }) => group === GATEWAY_GROUP && kind === 'HTTPRoute'));
  const tls = usual?.face === 'https' ? certificateOf(gateway, listener, world) : undefined;
  const resolved = foreign
    ? unsaid('ResolvedRefs', 'InvalidRouteKinds', `routes of kind ${foreign.kind} are not served here`)
    : (tls?.problem ?? said('ResolvedRefs', 'ResolvedRefs'));
  const isProgrammed = accepted.status === 'True' && !tls?.problem;
  return {
    listener,
    ...(isProgrammed && usual ? { face: usual.face } : {}),
    takesRoutes,
    ...(isProgrammed && tls?.certificate ? { certificate: tls.certificate } : {}),
    conditions: [
      accepted,
      isProgrammed
        ? said('Programmed', 'Programmed')
        : unsaid('Programmed', 'Invalid', accepted.message || (tls?.problem?.message ?? '')),
      said('Conflicted', 'NoConflicts', '', 'False'),
      resolved,
    ],
  };
}

function acceptance(protocol: string, port: number, usual: (typeof PORTS)[string] | undefined): Said {
  if (!usual)
    return unsaid(
      'Accepted',
      'UnsupportedProtocol',
      `the protocol ${protocol} is not served here: HTTP and HTTPS are`,
    );
  if (usual.port !== port)
    return unsaid(
      'Accepted',
      'PortUnavailable',
      `${protocol} is served at the port ${usual.port} of a listener alone, which stands for that of the ingress`,
    );
  return said('Accepted', 'Accepted');
}

interface FoundCertificate {
  readonly certificate?: HostCertificate;
  readonly problem?: Said;
}

/** The first reference counts: the ingress presents one certificate for a name. */
function certificateOf(
  gateway: Gateway,
  { hostname = '', tls }: Listener,
  { secret, grants }: ListenerWorld,
): FoundCertificate {
  const bad = (reason: string, message: string) => ({ problem: unsaid('ResolvedRefs', reason, message) });
  const [first] = tls?.certificateRefs ?? [];
  if (!first) return bad('InvalidCertificateRef', 'it names no Secret with a certificate');
  const reference = secretNamed(gateway, first);
  if (!reference) return bad('InvalidCertificateRef', `a certificate is a Secret, not a ${first.kind}`);
  const what = `${reference.namespace}/${reference.name}`;
  if (!isGranted(reference, grants))
    return bad(
      'RefNotPermitted',
      `no ReferenceGrant of the namespace ${reference.namespace} lets Gateways of ${reference.fromNamespace} use the Secret ${what}`,
    );
  const found = secret(reference.namespace, reference.name);
  if (!found) return bad('InvalidCertificateRef', `there is no Secret ${what}`);
  const pair = pairOf(found);
  if (typeof pair === 'string') return bad('InvalidCertificateRef', `the Secret ${what}: ${pair}`);
  return { certificate: { host: hostKey(hostname), ...pair } };
}

/** A host as the table has it: a wildcard of the Gateway API stands for any number of labels. */
export const hostKey = (hostname: string): string => hostname.toLowerCase().replace(/^\*\./, '**.');
