import { deepEqual } from '../values/equal.ts';
import { type FieldError, forbidden, invalid, notSupported, required } from '../values/fielderrors.ts';
import { dns1123Label, dns1123Subdomain } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { named, none, requiredName } from './checks/checks.ts';
import { MANDATORY_FLOW_SCHEMAS, validateConditionTypes } from './checks/flowcontrol.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { FLOW_SCHEMAS } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const FLOW_SCHEMA: KindRow = {
  resource: FLOW_SCHEMAS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateFlowSchema,
  defaults: {
    'flowcontrol.v1.FlowSchemaSpec': { members: { matchingPrecedence: 1000 }, isZeroUnset: true },
  },
};

/** Kubernetes `pkg/apis/flowcontrol/validation/validation.go` (ValidateFlowSchema). */
function validateFlowSchema(schema: JsonObject): readonly FieldError[] {
  const name = textAt(objectAt(schema, 'metadata'), 'name');
  const spec = objectAt(schema, 'spec');
  const mandatory = MANDATORY_FLOW_SCHEMAS[name];
  return [
    ...validatePrecedence(name, numberAt(spec, 'matchingPrecedence') ?? 0),
    ...validateDistinguisher(spec),
    ...validateLevel(textAt(objectAt(spec, 'priorityLevelConfiguration'), 'name')),
    ...objectsAt(spec, 'rules').flatMap((rule, i) => validateRule(rule, `spec.rules[${i}]`)),
    ...(mandatory && !deepEqual(spec, mandatory)
      ? [invalid('spec', spec, `spec of '${name}' must equal the fixed value`)]
      : none),
    ...validateConditionTypes(schema),
  ];
}

const HIGHEST_PRECEDENCE = 10_000;

function validatePrecedence(name: string, precedence: number): readonly FieldError[] {
  const refuse = (why: string) => [invalid('spec.matchingPrecedence', precedence, why)];
  if (precedence <= 0) return refuse('must be a positive value');
  if (precedence > HIGHEST_PRECEDENCE) return refuse(`must not be greater than ${HIGHEST_PRECEDENCE}`);
  return precedence === 1 && name !== 'exempt'
    ? refuse("only the schema named 'exempt' may have matchingPrecedence 1")
    : none;
}

function validateDistinguisher(spec: JsonObject): readonly FieldError[] {
  const method = spec.distinguisherMethod;
  const supported = ['ByNamespace', 'ByUser'];
  const isFine =
    method === undefined || supported.includes(textAt(objectAt(spec, 'distinguisherMethod'), 'type'));
  return isFine ? none : [notSupported('spec.distinguisherMethod.type', method, supported)];
}

function validateLevel(name: string): readonly FieldError[] {
  const at = 'spec.priorityLevelConfiguration.name';
  return name === '' ? [required(at, 'must reference a priority level')] : named(at, name, dns1123Subdomain);
}

function validateRule(rule: JsonObject, at: string): readonly FieldError[] {
  const subjects = objectsAt(rule, 'subjects');
  const resources = objectsAt(rule, 'resourceRules');
  const paths = objectsAt(rule, 'nonResourceRules');
  return [
    ...(subjects.length === 0
      ? [required(`${at}.subjects`, 'subjects must contain at least one value')]
      : none),
    ...subjects.flatMap((subject, i) => validateSubject(subject, `${at}.subjects[${i}]`)),
    ...(resources.length + paths.length === 0
      ? [required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty')]
      : none),
    ...resources.flatMap((one, i) => validateResourceRule(one, `${at}.resourceRules[${i}]`)),
    ...paths.flatMap((one, i) => validatePathRule(one, `${at}.nonResourceRules[${i}]`)),
  ];
}

/** Kind of a subject → the member that describes it. */
const SUBJECTS = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;

function validateSubject(subject: JsonObject, at: string): readonly FieldError[] {
  const kinds = Object.entries(SUBJECTS);
  const own = kinds.find(([kind]) => kind === subject.kind);
  if (!own) return [notSupported(`${at}.kind`, subject.kind, Object.keys(SUBJECTS))];
  const [kind, member] = own;
  const described = objectAt(subject, member);
  return [
    ...(subject[member] === undefined
      ? [required(`${at}.${member}`, `${member} is required when subject kind is '${kind}'`)]
      : validateNames(described, member, `${at}.${member}`)),
    ...kinds
      .filter(([other, key]) => other !== kind && subject[key] !== undefined)
      .map(([other, key]) =>
        forbidden(`${at}.${key}`, `${key} is forbidden when subject kind is not '${other}'`),
      ),
  ];
}

function validateNames(subject: JsonObject, member: string, at: string): readonly FieldError[] {
  const name = textAt(subject, 'name');
  const namespace = textAt(subject, 'namespace');
  if (member !== 'serviceAccount') return name === '' ? [required(`${at}.name`)] : none;
  return [
    ...(name === '*' ? none : requiredName(`${at}.name`, name, dns1123Subdomain)),
    ...(namespace === ''
      ? [required(`${at}.namespace`, 'must specify namespace for service account')]
      : named(`${at}.namespace`, namespace, dns1123Label)),
  ];
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function validateVerbs(rule: JsonObject, at: string): readonly FieldError[] {
  const verbs = listAt(rule, 'verbs');
  if (verbs.length === 0) return [required(`${at}.verbs`, 'verbs must contain at least one value')];
  if (verbs.includes('*')) return aloneOrNone(rule, 'verbs', 'verbs', at);
  return verbs.every((verb) => VERBS.includes(String(verb)))
    ? none
    : [notSupported(`${at}.verbs`, verbs, VERBS)];
}

/** `*` stands alone. */
function aloneOrNone(rule: JsonObject, key: string, what: string, at: string): readonly FieldError[] {
  const items = listAt(rule, key);
  return items.length > 1 && items.includes('*')
    ? [invalid(`${at}.${key}`, items, `if '*' is present, must not specify other ${what}`)]
    : none;
}

function validateResourceRule(rule: JsonObject, at: string): readonly FieldError[] {
  const needs = (key: string, what: string) =>
    listAt(rule, key).length === 0
      ? [required(`${at}.${key}`, `resource rules must supply at least one ${what}`)]
      : none;
  const namespaces = listAt(rule, 'namespaces');
  return [
    ...validateVerbs(rule, at),
    ...needs('apiGroups', 'api group'),
    ...aloneOrNone(rule, 'apiGroups', 'api groups', at),
    ...needs('resources', 'resource'),
    ...aloneOrNone(rule, 'resources', 'resources', at),
    ...(namespaces.length === 0 && rule.clusterScope !== true
      ? [
          required(
            `${at}.namespaces`,
            'resource rules that are not cluster scoped must supply at least one namespace',
          ),
        ]
      : none),
    ...(namespaces.includes('*')
      ? aloneOrNone(rule, 'namespaces', 'namespaces', at)
      : namespaces.flatMap((one, i) => validateNamespace(String(one), `${at}.namespaces[${i}]`))),
  ];
}

function validateNamespace(namespace: string, at: string): readonly FieldError[] {
  const problem = dns1123Label(namespace);
  const intro = "each member of this list must be '*' or a DNS-1123 label; ";
  return problem ? [invalid(at, namespace, intro + problem)] : none;
}

function validatePathRule(rule: JsonObject, at: string): readonly FieldError[] {
  const paths = listAt(rule, 'nonResourceURLs');
  return [
    ...validateVerbs(rule, at),
    ...(paths.length === 0
      ? [required(`${at}.nonResourceURLs`, 'nonResourceURLs must contain at least one value')]
      : none),
    ...(paths.includes('*')
      ? aloneOrNone(rule, 'nonResourceURLs', 'non-resource URLs', at)
      : paths.flatMap((path, i) => named(`${at}.nonResourceURLs[${i}]`, String(path), nonResourcePath))),
  ];
}

function nonResourcePath(path: string): string | undefined {
  if (path === '') return 'must not be empty';
  if (path === '/') return undefined;
  if (!path.startsWith('/')) return 'must start with slash';
  if (path.includes(' ')) return 'must not contain white-space';
  if (path.includes('//')) return 'must not contain double slash';
  const stars = path.split('*').length - 1;
  return stars > 1 || (stars === 1 && !path.endsWith('/*'))
    ? 'wildcard can only do suffix matching'
    : undefined;
}
