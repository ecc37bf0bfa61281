import type { Gateway, Reference, ReferenceGrant } from './objects.ts';
import { GATEWAY_GROUP } from './objects.ts';

/** What an object names in another namespace: who names it, and what. */
export interface CrossReference {
  /** Kind of the group of the Gateway API. */
  readonly fromKind: 'Gateway' | 'HTTPRoute';
  readonly fromNamespace: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Whether a reference may be followed: within a namespace any, to another one what a ReferenceGrant of that one allows. */
export const isGranted = (reference: CrossReference, grants: readonly ReferenceGrant[]): boolean =>
  reference.fromNamespace === reference.namespace ||
  grants.some(
    ({ metadata, spec }) =>
      metadata.namespace === reference.namespace &&
      spec.from.some(
        ({ group, kind, namespace }) =>
          group === GATEWAY_GROUP && kind === reference.fromKind && namespace === reference.fromNamespace,
      ) &&
      spec.to.some(
        ({ group, kind, name }) =>
          group === reference.group &&
          kind === reference.kind &&
          (name === undefined || name === '' || name === reference.name),
      ),
  );

/** Where the Secret of a certificate is, as a listener names it; undefined for anything that is no Secret. */
export function secretNamed(
  gateway: Gateway,
  { group = '', kind = 'Secret', name, namespace = gateway.metadata.namespace ?? '' }: Reference,
): CrossReference | undefined {
  if (group !== '' || kind !== 'Secret') return undefined;
  const fromNamespace = gateway.metadata.namespace ?? '';
  return { fromKind: 'Gateway', fromNamespace, group, kind, namespace, name };
}

/** The Secrets that the listeners of a Gateway name and may use. */
export const secretsOfGateway = (
  gateway: Gateway,
  grants: readonly ReferenceGrant[],
): readonly CrossReference[] =>
  gateway.spec.listeners
    .flatMap(({ tls }) => tls?.certificateRefs ?? [])
    .flatMap((reference) => secretNamed(gateway, reference) ?? [])
    .filter((reference) => isGranted(reference, grants));
