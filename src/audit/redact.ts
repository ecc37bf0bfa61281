import { isObject } from '../kube/values/equal.ts';

/** Never more than Metadata of these, whatever a policy says: their bodies are secrets, asked for or given. */
const SENSITIVE: readonly (readonly [group: string, plural: string, subresource: string])[] = [
  ['', 'secrets', ''],
  ['', 'serviceaccounts', 'token'],
  ['authentication.k8s.io', 'tokenreviews', ''],
];

export const isSensitive = (group: string, plural: string, subresource: string): boolean =>
  SENSITIVE.some((row) => row[0] === group && row[1] === plural && (row[2] === '' || row[2] === subresource));

/** Members that hold secrets, by the kind of the object around them. */
const SECRET_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  Secret: ['data', 'stringData'],
  TokenReview: ['spec'],
  TokenRequest: ['status'],
};
/** kubectl keeps the whole object in it. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * A body as it may be recorded: of a Secret or a token, wherever it stands in it (the items of a list, a template, a body sent to another
 * kind's address), nothing but its metadata. Without managed fields where the policy leaves them out.
 */
export function recordable(value: unknown, omitManagedFields: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => recordable(item, omitManagedFields));
  if (!isObject(value)) return value;
  const hidden = SECRET_MEMBERS[String(value.kind)];
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !hidden?.includes(name) && name !== LAST_APPLIED)
      .filter(([name, member]) => !(omitManagedFields && name === 'managedFields' && Array.isArray(member)))
      .map(([name, member]) => [name, recordable(member, omitManagedFields)]),
  );
}
