import { crdSchema } from '../schema/crdschema.ts';
import { createPatternCheck } from '../schema/patterns.ts';
import { deepEqual, isObject } from '../values/equal.ts';
import { duplicate, type FieldError, invalid, required } from '../values/fielderrors.ts';
import { dns1035Label, dns1123Subdomain } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, none, oneOf, requiredName } from './checks/checks.ts';
import { listAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const CUSTOM_RESOURCE_DEFINITION: KindRow = {
  resource: CUSTOM_RESOURCE_DEFINITIONS,
  applyOrder: 130,
  validate: validateCrd,
  defaults: {
    'apiextensions.v1.CustomResourceDefinition': { complete: withStoredVersions },
    'apiextensions.v1.CustomResourceDefinitionNames': {
      members: {
        singular: (self) => String(self.kind ?? '').toLowerCase(),
        listKind: (self) => (self.kind ? `${String(self.kind)}List` : undefined),
      },
    },
    'apiextensions.v1.CustomResourceDefinitionSpec': { members: { conversion: { strategy: 'None' } } },
    'apiextensions.v1.ServiceReference': { members: { port: 443 } },
  },
  isNeverPruned: true,
};

function withStoredVersions(crd: JsonObject): JsonObject {
  const status = objectAt(crd, 'status');
  if (listAt(status, 'storedVersions').length > 0) return crd;
  const stored = listAt(objectAt(crd, 'spec'), 'versions').find(
    (version) => isObject(version) && version.storage,
  );
  if (!isObject(stored)) return crd;
  return { ...crd, status: { ...status, storedVersions: [stored.name ?? ''] } };
}

/** Kubernetes `apiextensions pkg/apis/apiextensions/validation/validation.go`. */
function validateCrd(crd: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(crd, 'spec');
  const names = objectAt(spec, 'names');
  const wanted = `${textAt(names, 'plural')}.${textAt(spec, 'group')}`;
  const name = textAt(objectAt(crd, 'metadata'), 'name');
  const scope = textAt(spec, 'scope');
  return [
    ...(name === wanted
      ? none
      : [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]),
    ...requiredName('spec.group', textAt(spec, 'group'), dns1123Subdomain),
    ...requiredName('spec.names.plural', textAt(names, 'plural'), dns1035Label),
    ...requiredName('spec.names.kind', textAt(names, 'kind').toLowerCase(), dns1035Label),
    ...(scope === '' ? [required('spec.scope')] : oneOf(spec, 'scope', 'spec', ['Cluster', 'Namespaced'])),
    // What is stored already stays writable, whatever an earlier version let in.
    ...(old && deepEqual(spec.versions, objectAt(old, 'spec').versions) ? none : validateVersions(spec)),
    ...(old ? validateCrdUpdate(spec, objectAt(old, 'spec')) : none),
  ];
}

function validateVersions(spec: JsonObject): readonly FieldError[] {
  const versions = objectsAt(spec, 'versions');
  const stored = versions.filter((version) => version.storage === true);
  const seen = new Set<string>();
  const checkPatterns = createPatternCheck();
  return [
    ...(stored.length === 1
      ? none
      : [
          invalid(
            'spec.versions',
            versions.map((version) => textAt(version, 'name')),
            'must have exactly one version marked as storage version',
          ),
        ]),
    ...versions.flatMap((version, i) => {
      const name = textAt(version, 'name');
      const isDuplicate = seen.has(name);
      seen.add(name);
      return [
        ...(isDuplicate ? [duplicate(`spec.versions[${i}].name`, name)] : []),
        ...requiredName(`spec.versions[${i}].name`, name, dns1035Label),
        ...validateSchema(version, `spec.versions[${i}].schema.openAPIV3Schema`, checkPatterns),
      ];
    }),
  ];
}

function validateSchema(
  version: JsonObject,
  path: string,
  checkPatterns: ReturnType<typeof createPatternCheck>,
): readonly FieldError[] {
  const schema = objectAt(version, 'schema').openAPIV3Schema;
  if (schema === undefined) return [required(path, 'schemas are required')];
  const result = crdSchema(schema);
  if (result.ok) return checkPatterns(result.value, path);
  return result.problems.map(({ message }): FieldError => {
    const [at = '', ...rest] = message.split(': ');
    return {
      field: at.replace('openAPIV3Schema', path),
      reason: 'Invalid',
      message: `Invalid value: ${rest.join(': ')}`,
    };
  });
}

const validateCrdUpdate = (spec: JsonObject, old: JsonObject): readonly FieldError[] => [
  ...immutable('spec.group', spec.group, old.group),
  ...immutable('spec.scope', spec.scope, old.scope),
  ...immutable('spec.names.kind', objectAt(spec, 'names').kind, objectAt(old, 'names').kind),
  ...immutable('spec.names.plural', objectAt(spec, 'names').plural, objectAt(old, 'names').plural),
];
