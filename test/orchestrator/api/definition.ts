/** A version of custom resources, by default the one that is stored; `schema` is said of an object besides its type. */
export const customVersion = (schema: object = {}, more: object = {}) => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', ...schema } },
  ...more,
});

/** The definition of a kind of custom resources in namespaces, whose plural takes an s. */
export const customDefinition = (
  group: string,
  kind: string,
  versions: readonly object[] = [customVersion()],
  more: object = {},
) => {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Namespaced', names: { plural, kind }, versions, ...more },
  };
};
