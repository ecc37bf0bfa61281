/** What is said of fields that every object has, by the name of their type. */
const DESCRIPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'meta.v1.ObjectMeta': {
    creationTimestamp:
      'CreationTimestamp is a timestamp of the moment at which the server created the object.',
    deletionTimestamp: 'DeletionTimestamp is a timestamp of the moment at which the object is to be gone.',
    name: 'Name is unique among the objects of a kind in a namespace, and never changes.',
    namespace: 'Namespace is the space in which the name is unique.',
    uid: 'UID is unique among all objects that ever were.',
  },
};

/** The schema of a type with what is said of its members. */
export function described(name: string, schema: object): object {
  const texts = DESCRIPTIONS[name];
  const { properties } = schema as { readonly properties?: Readonly<Record<string, object>> };
  if (!texts || !properties) return schema;
  const members = Object.entries(properties).map(([key, member]) => [
    key,
    texts[key] === undefined ? member : { description: texts[key], ...member },
  ]);
  return { ...schema, properties: Object.fromEntries(members) };
}
