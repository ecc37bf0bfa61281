import { applyDefaults } from '../../kube/defaults.ts';
import type { Namespace } from '../../kube/objects.ts';
import type { KubeObject } from '../../kube/types.ts';
import { validateObject, validateTypes } from '../../kube/validate.ts';
import { namespaceKey } from './builtin.data.ts';
import type { ApiContext } from './context.ts';
import { forbidden, invalid, methodNotAllowed, notFound } from './errors.ts';
import type { Kind } from './kind.ts';

/** A namespace must be there, and not be going away, before anything is created in it (admission plug-in NamespaceLifecycle). */
export function assertNamespace(
  context: ApiContext,
  kind: Kind,
  namespace: string | undefined,
  name: string,
): void {
  if (!kind.namespaced || !namespace) return;
  const entry = context.store.latest(namespaceKey(namespace));
  if (!entry) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  const { metadata, status } = entry.object as Namespace;
  if (metadata.deletionTimestamp || status?.phase === 'Terminating') {
    throw forbidden(
      kind,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
  }
}

export function assertCreatesServed(kind: Kind): void {
  const { refusesCreates } = kind.strategy;
  if (refusesCreates) throw methodNotAllowed(kind, `create (${refusesCreates})`);
}

export const defaulted = (kind: Kind, object: KubeObject): KubeObject => applyDefaults(kind.schema(), object);

/** @throws StatusError Invalid with every cause; types first, because the rules behind them rely on types. */
export function assertValid(
  context: ApiContext,
  kind: Kind,
  object: KubeObject,
  live: KubeObject | undefined,
): void {
  const schema = kind.schema();
  const name = object.metadata.name ?? '';
  const mistyped = schema ? validateTypes(schema, object) : [];
  if (mistyped.length > 0) throw invalid(kind, name, mistyped);
  const errors = [
    ...validateObject(kind, object, live),
    ...(kind.strategy.validate?.(object, live, context) ?? []),
  ];
  if (errors.length > 0) throw invalid(kind, name, errors);
}
