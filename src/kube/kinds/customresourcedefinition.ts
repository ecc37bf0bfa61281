import { createPatternCheck } from '../schema/patterns.ts';
import { deepEqual, isObject } from '../values/equal.ts';
import { type FieldError, invalid, required } from '../values/fielderrors.ts';
import { dns1035Label, dns1123Subdomain } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, none, oneOf, requiredName } from './checks/checks.ts';
import { listAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { checkConversion } from './crd/conversion.ts';
import { createRuleCheck } from './crd/rules.ts';
import { checkVersion } from './crd/version.ts';
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
  const group = textAt(spec, 'group');
  const wanted = `${textAt(names, 'plural')}.${group}`;
  const name = textAt(objectAt(crd, 'metadata'), 'name');
  const scope = textAt(spec, 'scope');
  return [
    ...(name === wanted
      ? none
      : [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]),
    ...requiredName('spec.group', group, dns1123Subdomain),
    ...(group.includes('.') || group === ''
      ? none
      : [invalid('spec.group', group, 'should be a domain with at least one dot')]),
    ...checkNames(names, 'spec.names'),
    ...(scope === '' ? [required('spec.scope')] : oneOf(spec, 'scope', 'spec', ['Cluster', 'Namespaced'])),
    // What is stored already stays writable, whatever an earlier version let in.
    ...(old && deepEqual(spec.versions, objectAt(old, 'spec').versions) ? none : validateVersions(spec)),
    ...checkConversion(spec, 'spec.conversion'),
    ...checkStoredVersions(crd, spec),
    ...(spec.preserveUnknownFields === true && !(old && objectAt(old, 'spec').preserveUnknownFields === true)
      ? [
          invalid(
            'spec.preserveUnknownFields',
            true,
            'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
          ),
        ]
      : none),
    ...(old ? validateCrdUpdate(spec, objectAt(old, 'spec')) : none),
  ];
}

function validateVersions(spec: JsonObject): readonly FieldError[] {
  const versions = objectsAt(spec, 'versions');
  const stored = versions.filter((version) => version.storage === true);
  const seen = new Set<string>();
  const shared = { patterns: createPatternCheck(), rules: createRuleCheck() };
  return [
    ...(stored.length === 1
      ? none
      : [invalid('spec.versions', versions, 'must have exactly one version marked as storage version')]),
    ...versions.flatMap((version, i) => {
      const name = textAt(version, 'name');
      const isDuplicate = seen.has(name);
      seen.add(name);
      return [
        ...(isDuplicate ? [invalid('spec.versions', versions, 'must contain unique version names')] : []),
        ...requiredName(`spec.versions[${i}].name`, name, dns1035Label),
        ...checkVersion(version, `spec.versions[${i}]`, shared),
      ];
    }),
  ];
}

/** ValidateCustomResourceDefinitionNames, and what the names of a specification have beyond those of a status. */
function checkNames(names: JsonObject, path: string): readonly FieldError[] {
  const [kind, listKind] = [textAt(names, 'kind'), textAt(names, 'listKind')];
  const mixed = 'may have mixed case, but should otherwise match: ';
  const ofKind = (key: string, value: string) => {
    const problem = value === '' ? undefined : dns1035Label(value.toLowerCase());
    return problem === undefined ? none : [invalid(`${path}.${key}`, value, `${mixed}${problem}`)];
  };
  const words = (key: string) =>
    listAt(names, key).flatMap((word, i) => {
      const problem = dns1035Label(String(word));
      return problem === undefined ? none : [invalid(`${path}.${key}[${i}]`, word, problem)];
    });
  return [
    ...requiredName(`${path}.plural`, textAt(names, 'plural'), dns1035Label),
    ...requiredName(`${path}.singular`, textAt(names, 'singular'), dns1035Label),
    ...(kind === '' ? [required(`${path}.kind`)] : ofKind('kind', kind)),
    ...(listKind === '' ? [required(`${path}.listKind`)] : ofKind('listKind', listKind)),
    ...words('shortNames'),
    ...(kind !== '' && kind === listKind
      ? [invalid(`${path}.listKind`, listKind, 'kind and listKind may not be the same')]
      : none),
    ...words('categories'),
  ];
}

/** A version that objects may still be stored in has to stay. */
function checkStoredVersions(crd: JsonObject, spec: JsonObject): readonly FieldError[] {
  const names = objectsAt(spec, 'versions').map((version) => textAt(version, 'name'));
  return listAt(objectAt(crd, 'status'), 'storedVersions').flatMap((stored, i) =>
    names.includes(String(stored))
      ? none
      : [
          invalid(
            `status.storedVersions[${i}]`,
            stored,
            `missing from spec.versions; ${stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${stored} and removes ${stored} from status.storedVersions`,
          ),
        ],
  );
}

const validateCrdUpdate = (spec: JsonObject, old: JsonObject): readonly FieldError[] => [
  ...immutable('spec.group', spec.group, old.group),
  ...immutable('spec.scope', spec.scope, old.scope),
  ...immutable('spec.names.kind', objectAt(spec, 'names').kind, objectAt(old, 'names').kind),
  ...immutable('spec.names.plural', objectAt(spec, 'names').plural, objectAt(old, 'names').plural),
];
