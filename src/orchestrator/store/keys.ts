/** `apps/deployments/`: all objects of one resource. The core group is spelt `core`, so that no segment is empty. */
export const collectionPrefix = (group: string, plural: string): string => `${group || 'core'}/${plural}/`;

/** `apps/deployments/shop/`: one namespace of a namespaced resource. */
export const namespacePrefix = (group: string, plural: string, namespace: string): string =>
  `${collectionPrefix(group, plural)}${namespace}/`;

/** What is in no namespace stands in the collection itself. */
export const prefixIn = (group: string, plural: string, namespace: string | undefined): string =>
  namespace ? namespacePrefix(group, plural, namespace) : collectionPrefix(group, plural);

/** The collection that a key or prefix belongs to: everything up to the second slash. */
export function collectionOf(keyOrPrefix: string): string {
  const slash = keyOrPrefix.indexOf('/', keyOrPrefix.indexOf('/') + 1);
  return keyOrPrefix.slice(0, slash + 1);
}
