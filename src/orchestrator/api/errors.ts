/** The failures of the verbs, in the words of kube-apiserver (apimachinery `pkg/api/errors`): clients match on some of them. */
import type { User } from '../../kube/client/client.ts';
import { type FieldError, invalid as invalidField } from '../../kube/values/fielderrors.ts';
import { stringifyJson } from '../../kube/values/json.ts';
import { type StatusCause, type StatusError, statusError } from '../../kube/values/status.ts';
import type { Json, KubeObject } from '../../kube/values/types.ts';
import type { Attributes } from './authorization.ts';

interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** `deployments.apps`, `pods`. */
export const qualified = ({ group, plural }: Named): string => (group ? `${plural}.${group}` : plural);

const detailsOf = (resource: Named, name: string) => ({
  name,
  kind: resource.plural,
  ...(resource.group ? { group: resource.group } : {}),
});

export const badRequest = (message: string): StatusError => statusError('BadRequest', message);

export const notFound = (resource: Named, name: string): StatusError =>
  statusError('NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name));

export const notServed = (): StatusError =>
  statusError('NotFound', 'the server could not find the requested resource');

export const alreadyExists = (resource: Named, name: string): StatusError =>
  statusError('AlreadyExists', `${qualified(resource)} "${name}" already exists`, detailsOf(resource, name));

export const conflict = (resource: Named, name: string, why: string): StatusError =>
  statusError(
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  );

export const modified = (resource: Named, name: string): StatusError =>
  conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );

export const forbidden = (
  resource: Named,
  name: string,
  why: string,
  causes?: readonly StatusCause[],
): StatusError =>
  statusError('Forbidden', `${qualified(resource)}${name && ` "${name}"`} is forbidden: ${why}`, {
    ...detailsOf(resource, name),
    ...(causes ? { causes } : {}),
  });

export const methodNotAllowed = (resource: Named, verb: string): StatusError =>
  statusError('MethodNotAllowed', `${verb} is not supported on resources of kind "${qualified(resource)}"`);

const CAUSES: Record<FieldError['reason'], string> = {
  Required: 'FieldValueRequired',
  Invalid: 'FieldValueInvalid',
  NotSupported: 'FieldValueNotSupported',
  Duplicate: 'FieldValueDuplicate',
  NotFound: 'FieldValueNotFound',
  Forbidden: 'FieldValueForbidden',
  TooLong: 'FieldValueTooLong',
  TooMany: 'FieldValueTooMany',
  TypeInvalid: 'FieldValueTypeInvalid',
};

/** Causes that are listed: an object of a megabyte can be wrong in a hundred thousand places, and nobody reads them. */
const MOST_CAUSES = 200;

export function invalid(resource: Named, name: string, errors: readonly FieldError[]): StatusError {
  const listed = errors.slice(0, MOST_CAUSES);
  const lines = listed.map(({ field, message }) => `${field}: ${message}`);
  if (errors.length > listed.length) lines.push(`and ${errors.length - listed.length} more`);
  const causes = listed.map(
    ({ field, reason, message }): StatusCause => ({ reason: CAUSES[reason], message, field }),
  );
  const qualifiedKind = resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return statusError('Invalid', `${qualifiedKind} "${name}" is invalid: ${list}`, {
    name,
    kind: resource.kind,
    ...(resource.group ? { group: resource.group } : {}),
    causes,
  });
}

/** `ListOptions.meta.k8s.io "" is invalid: …`: parameters of a request that contradict each other, or mean nothing. */
export const invalidOptions = (kind: string, errors: readonly FieldError[]): StatusError =>
  invalid({ group: 'meta.k8s.io', plural: '', kind }, '', errors);

/** What a patch makes of an object cannot be read (`patch.go`): it names no kind and no object, and shows what was patched, or the patch. */
export function invalidPatch(shown: KubeObject | Json, why: string): StatusError {
  const cause = invalidField('patch', stringifyJson(shown), why);
  return invalid({ group: '', plural: '', kind: '' }, '', [cause]);
}

/** `pods "web" is forbidden: User "ann" cannot get resource "pods" in API group "" in the namespace "shop"`. */
export function denied(user: User, attributes: Attributes, reason: string): StatusError {
  const because = reason ? `: ${reason}` : '';
  if ('path' in attributes) {
    return statusError(
      'Forbidden',
      `forbidden: User "${user.name}" cannot ${attributes.verb} path "${attributes.path}"${because}`,
    );
  }
  const { verb, group, resource, subresource, namespace, name = '' } = attributes;
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  const named = { group, plural: resource, kind: resource };
  return forbidden(
    named,
    name,
    `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}${because}`,
  );
}
