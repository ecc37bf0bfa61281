import { validateRules } from '../../../kube/rules/customrules.ts';
import { applyDefaults } from '../../../kube/rules/defaults.ts';
import { validateObject } from '../../../kube/rules/validate.ts';
import { validateTypes } from '../../../kube/schema/typecheck.ts';
import type { Json, KubeObject } from '../../../kube/values/types.ts';
import type { ApiContext } from '../context.ts';
import { badRequest, invalid } from '../errors.ts';
import type { Kind } from '../kinds/kind.ts';

export const defaulted = (kind: Kind, object: KubeObject): KubeObject => applyDefaults(kind.schema(), object);

/**
 * The object as its author means it, with defaults. Checked for its shape, so that rules may rely on it; what of a custom resource is as it
 * was in `live` may have another.
 */
export function completed(kind: Kind, object: KubeObject, live?: KubeObject): KubeObject {
  const complete = defaulted(kind, object);
  assertShape(kind, complete, live);
  return complete;
}

/**
 * The shape of an object, before any rule that relies on it. A wrong type in a built-in kind is a body that cannot be
 * decoded (400); what a definition says of custom resources is validation (422).
 */
function assertShape(kind: Kind, object: KubeObject, live: KubeObject | undefined): void {
  const schema = kind.schema();
  const errors = schema ? validateTypes(schema, object, live) : [];
  const mistyped = kind.custom ? undefined : errors.find(({ reason }) => reason === 'TypeInvalid');
  if (mistyped) {
    const { field, message } = mistyped;
    throw badRequest(
      `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${field}: ${message}`,
    );
  }
  if (errors.length > 0) throw invalid(kind, object.metadata.name ?? '', errors);
}

const asJson = (object: KubeObject): Json => object as unknown as Json;

/** @throws StatusError Invalid with every cause. */
export function assertValid(
  context: ApiContext,
  kind: Kind,
  object: KubeObject,
  live: KubeObject | undefined,
  { onWarning, subresource }: { readonly onWarning?: (text: string) => void; readonly subresource?: string },
): void {
  const errors = [
    ...validateObject(kind, object, live),
    ...(kind.custom ? validateRules(kind.schema(), asJson(object), live && asJson(live), onWarning) : []),
    ...(kind.strategy.validate?.(object, live, context, subresource) ?? []),
  ];
  if (errors.length > 0) throw invalid(kind, object.metadata.name ?? '', errors);
}
