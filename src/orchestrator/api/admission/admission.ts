import type { Namespace } from '../../../kube/kinds/objects.ts';
import { applyDefaults } from '../../../kube/rules/defaults.ts';
import { validateObject } from '../../../kube/rules/validate.ts';
import { validateTypes } from '../../../kube/schema/typecheck.ts';
import { NAMESPACE_TERMINATING } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { namespaceKey } from '../builtin.data.ts';
import type { ApiContext } from '../context.ts';
import { badRequest, forbidden, invalid, methodNotAllowed, notFound } from '../errors.ts';
import type { Kind } from '../kinds/kind.ts';

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
      [
        {
          reason: NAMESPACE_TERMINATING,
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    );
  }
}

export function assertCreatesServed(kind: Kind): void {
  const { refusesCreates } = kind.strategy;
  if (refusesCreates) throw methodNotAllowed(kind, `create (${refusesCreates})`);
}

export const defaulted = (kind: Kind, object: KubeObject): KubeObject => applyDefaults(kind.schema(), object);

/** Everything that is still its author's: defaults and spelling. Checked for its shape, so that rules may rely on that. */
export function completed(kind: Kind, object: KubeObject): KubeObject {
  const complete = defaulted(kind, object);
  assertShape(kind, complete);
  return kind.strategy.normalise?.(complete) ?? complete;
}

/**
 * The shape of an object, before any rule that relies on it. A wrong type in a built-in kind is a body that cannot be
 * decoded (400); what a definition says of custom resources is validation (422).
 */
function assertShape(kind: Kind, object: KubeObject): void {
  const schema = kind.schema();
  const errors = schema ? validateTypes(schema, object) : [];
  const mistyped = kind.custom ? undefined : errors.find(({ reason }) => reason === 'TypeInvalid');
  if (mistyped) {
    const { field, message } = mistyped;
    throw badRequest(
      `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${field}: ${message}`,
    );
  }
  if (errors.length > 0) throw invalid(kind, object.metadata.name ?? '', errors);
}

/** @throws StatusError Invalid with every cause. */
export function assertValid(
  context: ApiContext,
  kind: Kind,
  object: KubeObject,
  live: KubeObject | undefined,
): void {
  const errors = [
    ...validateObject(kind, object, live),
    ...(kind.strategy.validate?.(object, live, context) ?? []),
  ];
  if (errors.length > 0) throw invalid(kind, object.metadata.name ?? '', errors);
}
