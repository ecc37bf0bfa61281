/** A kind of assertion → parameters with which it holds of DOCUMENTS, and with which it does not. Contraries are those of `CONTRARY`, turned around. */
export interface Cases {
  readonly holds: readonly object[];
  readonly fails: readonly object[];
}

export const TEMPLATE = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {a: b, c: d}}
spec:
  replicas: 3
  paused: false
  text: "one \\ntwo"
  secret: aGVsbG8=
  empty: []
  none: null
  ports: [{name: http, port: 80}, {name: admin, port: 81}, {name: http, port: 80}]
  names: [a, b, c]
`;

export const CASES: Readonly<Record<string, Cases>> = {
  equal: {
    holds: [
      { path: 'spec.replicas', value: 3 },
      { path: 'metadata.labels', value: { c: 'd', a: 'b' } },
      { path: 'spec.text', value: 'one\ntwo' },
      { path: 'spec.secret', value: 'hello', decodeBase64: true },
    ],
    fails: [
      { path: 'spec.replicas', value: '3' },
      { path: 'spec.nothing', value: 3 },
      { path: 'spec.text', value: 'x', decodeBase64: true },
      { path: 'spec[', value: 1 },
    ],
  },
  greaterOrEqual: {
    holds: [
      { path: 'spec.replicas', value: 3 },
      { path: 'metadata.name', value: 'abc' },
    ],
    fails: [
      { path: 'spec.replicas', value: 4 },
      { path: 'spec.replicas', value: '1' },
    ],
  },
  lessOrEqual: {
    holds: [{ path: 'spec.replicas', value: 3 }],
    fails: [
      { path: 'spec.replicas', value: 2 },
      { path: 'spec.paused', value: 1 },
    ],
  },
  exists: { holds: [{ path: 'spec.none' }, { path: 'kind' }], fails: [{ path: 'spec.nothing' }] },
  isNullOrEmpty: {
    holds: [{ path: 'spec.empty' }, { path: 'spec.none' }, { path: 'spec.paused' }],
    fails: [{ path: 'spec.replicas' }, { path: 'spec.nothing' }],
  },
  isType: {
    holds: [
      { path: 'spec.replicas', type: 'int' },
      { path: 'spec.paused', type: 'bool' },
      { path: 'spec.names', type: '[]interface {}' },
      { path: 'metadata', type: 'map[string]interface {}' },
    ],
    fails: [
      { path: 'spec.replicas', type: 'string' },
      { path: 'spec.none', type: 'string' },
    ],
  },
  matchRegex: {
    holds: [
      { path: 'metadata.name', pattern: '^w.b$' },
      { path: 'spec.secret', pattern: 'ell', decodeBase64: true },
    ],
    fails: [
      { path: 'metadata.name', pattern: 'x' },
      { path: 'spec.replicas', pattern: '3' },
      { path: 'kind', pattern: '(' },
      { path: 'kind' },
    ],
  },
  contains: {
    holds: [
      { path: 'spec.names', content: 'b' },
      { path: 'spec.ports', content: { name: 'http', port: 80 }, count: 2 },
      { path: 'spec.ports', content: { name: 'admin' }, any: true },
    ],
    fails: [
      { path: 'spec.ports', content: { name: 'admin' } },
      { path: 'spec.ports', content: { name: 'http' }, any: true, count: 1 },
      { path: 'kind', content: 'Deployment' },
    ],
  },
  isSubset: {
    holds: [{ path: 'metadata', content: { name: 'web', namespace: 'shop' } }],
    fails: [
      { path: 'metadata', content: { name: 'web', labels: { a: 'b' } } },
      { path: 'kind', content: {} },
    ],
  },
  lengthEqual: {
    holds: [
      { path: 'spec.names', count: 3 },
      { paths: ['spec.names', 'spec.ports'] },
      { paths: ['spec.names', 'spec.ports'], count: 3 },
    ],
    fails: [
      { path: 'spec.names', count: 2 },
      { path: 'spec.names' },
      { paths: ['spec.names', 'spec.empty'] },
      { path: 'kind', paths: ['a'], count: 1 },
    ],
  },
  isKind: { holds: [{ of: 'Deployment' }], fails: [{ of: 'Job' }] },
  isAPIVersion: { holds: [{ of: 'apps/v1' }], fails: [{ of: 'v1' }] },
  hasDocuments: { holds: [{ count: 1 }], fails: [{ count: 2 }] },
  containsDocument: {
    holds: [
      { kind: 'Deployment', apiVersion: 'apps/v1' },
      { kind: 'Deployment', apiVersion: 'apps/v1', name: 'web', namespace: 'shop', any: true },
    ],
    fails: [
      { kind: 'Deployment', apiVersion: 'apps/v1', name: 'api' },
      { kind: 'Job', apiVersion: 'apps/v1' },
    ],
  },
};

/** The other name → the one whose cases it has. */
export const SAME: Readonly<Record<string, string>> = { isNotNull: 'exists', isEmpty: 'isNullOrEmpty' };

/** A contrary → the one that it denies, with parameters of which it holds, and does not. */
export const CONTRARY: Readonly<Record<string, Cases>> = {
  notEqual: {
    holds: [
      { path: 'kind', value: 'Job' },
      { path: 'x', value: 1 },
    ],
    fails: [{ path: 'kind', value: 'Deployment' }],
  },
  notGreaterOrEqual: {
    holds: [{ path: 'spec.replicas', value: 4 }],
    fails: [{ path: 'spec.replicas', value: 3 }],
  },
  notLessOrEqual: {
    holds: [{ path: 'spec.replicas', value: 2 }],
    fails: [{ path: 'spec.replicas', value: 3 }],
  },
  notExists: { holds: [{ path: 'x' }], fails: [{ path: 'kind' }] },
  isNull: { holds: [{ path: 'x' }], fails: [{ path: 'kind' }] },
  isNotNullOrEmpty: { holds: [{ path: 'kind' }], fails: [{ path: 'spec.empty' }] },
  isNotEmpty: { holds: [{ path: 'kind' }], fails: [{ path: 'spec.empty' }] },
  isNotType: { holds: [{ path: 'kind', type: 'int' }], fails: [{ path: 'kind', type: 'string' }] },
  notMatchRegex: { holds: [{ path: 'kind', pattern: 'x' }], fails: [{ path: 'kind', pattern: 'D' }] },
  notContains: {
    holds: [{ path: 'spec.names', content: 'z' }],
    fails: [{ path: 'spec.names', content: 'a' }],
  },
  isNotSubset: {
    holds: [{ path: 'metadata', content: { name: 'x' } }],
    fails: [{ path: 'metadata', content: { name: 'web' } }],
  },
  notLengthEqual: { holds: [{ path: 'spec.names', count: 2 }], fails: [{ path: 'spec.names', count: 3 }] },
  notFailedTemplate: { holds: [{}], fails: [] },
};
