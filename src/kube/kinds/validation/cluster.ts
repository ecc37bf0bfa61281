import { crdSchema } from '../../schema/crdschema.ts';
import { createPatternCheck } from '../../schema/patterns.ts';
import { deepEqual } from '../../values/equal.ts';
import { duplicate, type FieldError, invalid, notSupported, required } from '../../values/fielderrors.ts';
import { dns1035Label, dns1123Subdomain, qualifiedName } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { immutable, none, oneOf, requiredName } from '../checks/checks.ts';
import { numberAt, objectAt, objectsAt, textAt } from '../checks/read.ts';

/** CustomResourceDefinition: apiextensions `pkg/apis/apiextensions/validation/validation.go`. */
export function validateCrd(crd: JsonObject, old?: JsonObject): readonly FieldError[] {
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
      const isDoubled = seen.has(name);
      seen.add(name);
      return [
        ...(isDoubled ? [duplicate(`spec.versions[${i}].name`, name)] : []),
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

export function validateLease(lease: JsonObject): readonly FieldError[] {
  const spec = objectAt(lease, 'spec');
  const positive = (key: string, lowest: number, what: string): readonly FieldError[] => {
    const value = numberAt(spec, key);
    return value === undefined || value >= lowest ? none : [invalid(`spec.${key}`, value, what)];
  };
  return [
    ...positive('leaseDurationSeconds', 1, 'must be greater than 0'),
    ...positive('leaseTransitions', 0, 'must be greater than or equal to 0'),
  ];
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateNode(node: JsonObject): readonly FieldError[] {
  const taints = objectsAt(objectAt(node, 'spec'), 'taints');
  const seen = new Set<string>();
  return taints.flatMap((taint, i) => {
    const path = `spec.taints[${i}]`;
    const effect = textAt(taint, 'effect');
    const key = `${textAt(taint, 'key')}:${effect}`;
    const isDoubled = seen.has(key);
    seen.add(key);
    return [
      ...requiredName(`${path}.key`, textAt(taint, 'key'), qualifiedName),
      ...(effect === '' ? [required(`${path}.effect`)] : []),
      ...(effect !== '' && !EFFECTS.includes(effect)
        ? [notSupported(`${path}.effect`, effect, EFFECTS)]
        : []),
      ...(isDoubled ? [duplicate(path, { key: textAt(taint, 'key'), effect })] : []),
    ];
  });
}

export function validateEvent(event: JsonObject): readonly FieldError[] {
  const involved = textAt(objectAt(event, 'involvedObject'), 'namespace') || 'default';
  const namespace = textAt(objectAt(event, 'metadata'), 'namespace');
  const isFine = namespace === '' || involved === namespace;
  return isFine ? none : [invalid('involvedObject.namespace', involved, 'does not match event.namespace')];
}

export const validateIngress = (ingress: JsonObject): readonly FieldError[] =>
  objectsAt(objectAt(ingress, 'spec'), 'rules').flatMap((rule, i) =>
    objectsAt(objectAt(rule, 'http'), 'paths').flatMap((path, j) => {
      const at = `spec.rules[${i}].http.paths[${j}]`;
      const type = textAt(path, 'pathType');
      return [
        ...(type === '' ? [required(`${at}.pathType`, 'pathType must be specified')] : []),
        ...(type !== 'ImplementationSpecific' && !textAt(path, 'path').startsWith('/')
          ? [invalid(`${at}.path`, textAt(path, 'path'), 'must be an absolute path')]
          : []),
      ];
    }),
  );
