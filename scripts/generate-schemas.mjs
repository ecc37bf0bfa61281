/**
 * Generates src/kube/schema/data/ from the OpenAPI v3 documents that Kubernetes publishes with its source.
 * Needs Go on the PATH, which fetches and verifies the pinned module. Run it by hand when the version is raised:
 *
 *   node scripts/generate-schemas.mjs
 *
 * Output: one file per package of types (`core.v1.json`), `{ Name: Schema }`, where a schema is written as
 * `src/kube/schema/schema.ts` has it, and `{ "$ref": "core.v1.Pod" }` stands for a type; and `index.json`, which names the type of
 * each kind. No prose is copied.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleDirectory } from './kubernetes.mjs';

const DOCUMENTS = [
  'api__v1',
  'apis__admissionregistration.k8s.io__v1',
  'apis__apiextensions.k8s.io__v1',
  'apis__apiregistration.k8s.io__v1',
  'apis__apps__v1',
  'apis__authentication.k8s.io__v1',
  'apis__authorization.k8s.io__v1',
  'apis__autoscaling__v1',
  'apis__autoscaling__v2',
  'apis__batch__v1',
  'apis__certificates.k8s.io__v1',
  'apis__coordination.k8s.io__v1',
  'apis__discovery.k8s.io__v1',
  'apis__events.k8s.io__v1',
  'apis__flowcontrol.apiserver.k8s.io__v1',
  'apis__networking.k8s.io__v1',
  'apis__node.k8s.io__v1',
  'apis__policy__v1',
  'apis__rbac.authorization.k8s.io__v1',
  'apis__resource.k8s.io__v1',
  'apis__scheduling.k8s.io__v1',
  'apis__storage.k8s.io__v1',
];

const REF_PREFIX = '#/components/schemas/';
const PACKAGES = [
  [/^io\.k8s\.api\.(.+)\.(v[0-9a-z]+)\.([A-Za-z0-9]+)$/, (m) => [`${m[1]}.${m[2]}`, m[3]]],
  [/^io\.k8s\.apimachinery\.pkg\.apis\.meta\.v1\.([A-Za-z0-9]+)$/, (m) => ['meta.v1', m[1]]],
  [
    /^io\.k8s\.apimachinery\.pkg\.(?:util\.intstr|api\.resource|runtime|version)\.([A-Za-z0-9]+)$/,
    (m) => ['meta.v1', m[1]],
  ],
  [
    /^io\.k8s\.apiextensions-apiserver\.pkg\.apis\.apiextensions\.v1\.([A-Za-z0-9]+)$/,
    (m) => ['apiextensions.v1', m[1]],
  ],
  [
    /^io\.k8s\.kube-aggregator\.pkg\.apis\.apiregistration\.v1\.([A-Za-z0-9]+)$/,
    (m) => ['apiregistration.v1', m[1]],
  ],
];

/** Types whose JSON form the published document cannot say (custom marshalling in Go). */
const SPECIAL = {
  'meta.v1.IntOrString': { intOrString: true },
  'meta.v1.Quantity': { quantity: true },
  'meta.v1.RawExtension': { type: 'object', preserveUnknown: true, mapType: 'atomic' },
  'meta.v1.FieldsV1': { type: 'object', preserveUnknown: true, mapType: 'atomic' },
  'apiextensions.v1.JSON': { preserveUnknown: true, mapType: 'atomic' },
  'apiextensions.v1.JSONSchemaPropsOrArray': { preserveUnknown: true, mapType: 'atomic' },
  'apiextensions.v1.JSONSchemaPropsOrBool': { preserveUnknown: true, mapType: 'atomic' },
  'apiextensions.v1.JSONSchemaPropsOrStringArray': { preserveUnknown: true, mapType: 'atomic' },
};

const split = (fullName) => {
  for (const [pattern, parts] of PACKAGES) {
    const match = pattern.exec(fullName);
    if (match) return parts(match);
  }
  throw new Error(`no package known for ${fullName}`);
};

const RENAMED = {
  'x-kubernetes-list-type': 'listType',
  'x-kubernetes-list-map-keys': 'listMapKeys',
  'x-kubernetes-map-type': 'mapType',
  'x-kubernetes-patch-strategy': 'patchStrategy',
  'x-kubernetes-patch-merge-key': 'patchMergeKey',
};
const KEPT = new Set(['type', 'format', 'required']);
const DROPPED = new Set(['description', 'x-kubernetes-group-version-kind', 'x-kubernetes-unions']);

/** Go's zero values are published as defaults, although nothing ever fills them in: except that a struct is always written. */
const isZero = (value) => value === '' || value === 0 || value === false;

function convert(node) {
  if (node.$ref) return { $ref: split(node.$ref.slice(REF_PREFIX.length)).join('.') };
  const out = {};
  for (const [key, value] of Object.entries(node)) {
    if (KEPT.has(key)) out[key] = value;
    else if (RENAMED[key]) out[RENAMED[key]] = value;
    else if (key === 'allOf') Object.assign(out, convert(value[0]));
    else if (key === 'properties')
      out.properties = Object.fromEntries(
        Object.entries(value).map(([name, child]) => [name, convert(child)]),
      );
    else if (key === 'items') {
      out.items = convert(value);
      delete out.items.default;
    } else if (key === 'additionalProperties') {
      out.additional = convert(value);
      delete out.additional.default;
    } else if (key === 'default') {
      if (!isZero(value)) out.default = value;
    } else if (!DROPPED.has(key)) throw new Error(`keyword ${key} is not understood`);
  }
  return out;
}

const packages = new Map();
const source = join(moduleDirectory(), 'api/openapi-spec/v3');
for (const document of DOCUMENTS) {
  const { components } = JSON.parse(readFileSync(join(source, `${document}_openapi.json`), 'utf8'));
  for (const [fullName, node] of Object.entries(components.schemas)) {
    const [packageName, typeName] = split(fullName);
    const entry = packages.get(packageName) ?? { types: {}, kinds: {} };
    packages.set(packageName, entry);
    if (entry.types[typeName]) continue;
    entry.types[typeName] = SPECIAL[`${packageName}.${typeName}`] ?? convert(node);
    // Types such as DeleteOptions name every group that accepts them; a kind of its own names one.
    const kinds = node['x-kubernetes-group-version-kind'] ?? [];
    if (kinds.length === 1) entry.kinds[`${kinds[0].group}/${kinds[0].version}/${kinds[0].kind}`] = typeName;
  }
}

const target = join(dirname(fileURLToPath(import.meta.url)), '../src/kube/schema/data');
mkdirSync(target, { recursive: true });
for (const old of readdirSync(target)) rmSync(join(target, old));
const index = {};
let bytes = 0;
for (const [name, { types, kinds }] of [...packages].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const sorted = Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = `${JSON.stringify(sorted)}\n`;
  bytes += text.length;
  writeFileSync(join(target, `${name}.json`), text);
  for (const [gvk, type] of Object.entries(kinds)) index[gvk] = `${name}.${type}`;
}
const sortedIndex = Object.fromEntries(Object.entries(index).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(join(target, 'index.json'), `${JSON.stringify(sortedIndex, undefined, 1)}\n`);
process.stdout.write(`${packages.size} packages, ${Object.keys(index).length} kinds, ${bytes} bytes\n`);
