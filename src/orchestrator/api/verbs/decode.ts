import { pruneUnknown } from '../../../kube/schema/unknown.ts';
import { describeExcess, excessOf, OBJECT_BOUNDS } from '../../../kube/values/bounds.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { statusError } from '../../../kube/values/status.ts';
import { apiVersionOf, type GroupVersionKind, type KubeObject } from '../../../kube/values/types.ts';
import { badRequest } from '../errors.ts';
import type { Kind } from '../kinds/kind.ts';
import type { ItemTarget, WriteParameters } from '../types.ts';
import { normalForm } from './normal.ts';
import { assertStrict } from './strict.ts';

/**
 * A body, or what a patch makes of an object, as an object of the kind that the request is about; absent apiVersion and kind are that
 * kind's. Throws RequestEntityTooLarge for more than one object may hold: everything after this walks it.
 */
export function decodeBody(body: unknown, expected: GroupVersionKind): KubeObject {
  const excess = excessOf(body, OBJECT_BOUNDS);
  if (excess)
    throw statusError(
      'RequestEntityTooLarge',
      `Request entity too large: the ${expected.kind} cannot be stored: ${describeExcess(excess)}`,
    );
  if (!isObject(body)) throw badRequest('the body of the request is not an object');
  const apiVersion = apiVersionOf(expected);
  const { kind = expected.kind, metadata = {} } = body;
  if (body.apiVersion !== undefined && body.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${String(body.apiVersion)}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (kind !== expected.kind) {
    throw badRequest(
      `the kind in the data (${String(kind)}) does not match the expected kind (${expected.kind})`,
    );
  }
  if (!isObject(metadata)) throw badRequest('metadata is not an object');
  return { ...body, apiVersion, kind: expected.kind, metadata };
}

/** The object in the namespace of the request, which its own must not contradict. */
export function inNamespace(kind: Kind, namespace: string | undefined, object: KubeObject): KubeObject {
  const { namespace: own, ...metadata } = object.metadata;
  if (!kind.namespaced) return own === undefined ? object : { ...object, metadata };
  if (!namespace) throw badRequest('an empty namespace may not be set during creation');
  if (own !== undefined && own !== '' && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return own === namespace ? object : { ...object, metadata: { ...object.metadata, namespace } };
}

export function assertName(request: ItemTarget, object: KubeObject): void {
  const { name } = object.metadata;
  if (name === request.name) return;
  throw badRequest(
    name === undefined || name === ''
      ? 'name must be provided'
      : `the name of the object (${name}) does not match the name on the URL (${request.name})`,
  );
}

/** Fields that nobody knows are an error, a warning, or dropped in silence (KEP-2885); they are never stored. */
export function withoutUnknownFields(
  kind: Kind,
  object: KubeObject,
  parameters: WriteParameters,
): KubeObject {
  const schema = kind.schema();
  const pruned = schema ? pruneUnknown(schema, object) : object;
  assertStrict(kind, object, parameters, pruned !== object);
  return normalForm(pruned);
}
