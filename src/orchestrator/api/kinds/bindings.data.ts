/** POST of a Binding to its namespace binds the pod that it is called after, as POST to `pods/NAME/binding` does (core/v1). */
export const BINDINGS = {
  group: '',
  version: 'v1',
  plural: 'bindings',
  kind: 'Binding',
  namespaced: true,
  singular: 'binding',
  shortNames: [],
  categories: [],
  verbs: ['create'],
  subresourceRows: [],
} as const;
