/**
 * Generates src/kube/kinds/objects.data.ts: the types of the built-in kinds that our code reads, deeply read-only, from the schemas
 * in src/kube/schema/data and, for the values of closed sets, the Go types that Kubernetes publishes. Needs Go on the PATH.
 * Run it by hand, after generate-schemas.mjs, when the version is raised or our code reads another kind:
 *
 *   node scripts/generate-types.mjs && npx biome check --write src/kube/kinds
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleDirectory } from './kubernetes.mjs';

const KINDS = [
  'core.v1.ComponentStatus',
  'core.v1.ConfigMap',
  'core.v1.Endpoints',
  'core.v1.Event',
  'core.v1.LimitRange',
  'core.v1.Namespace',
  'core.v1.Node',
  'core.v1.PersistentVolume',
  'core.v1.PersistentVolumeClaim',
  'core.v1.Pod',
  'core.v1.PodTemplate',
  'core.v1.ReplicationController',
  'core.v1.ResourceQuota',
  'core.v1.Secret',
  'core.v1.Service',
  'core.v1.ServiceAccount',
  'apps.v1.ControllerRevision',
  'apps.v1.DaemonSet',
  'apps.v1.Deployment',
  'apps.v1.ReplicaSet',
  'apps.v1.StatefulSet',
  'batch.v1.CronJob',
  'batch.v1.Job',
  'autoscaling.v2.HorizontalPodAutoscaler',
  'policy.v1.PodDisruptionBudget',
  'apiextensions.v1.CustomResourceDefinition',
  'coordination.v1.Lease',
  'discovery.v1.EndpointSlice',
  'rbac.v1.ClusterRole',
  'rbac.v1.ClusterRoleBinding',
  'rbac.v1.Role',
  'rbac.v1.RoleBinding',
  'resource.v1.DeviceClass',
  'resource.v1.ResourceClaim',
  'resource.v1.ResourceClaimTemplate',
  'resource.v1.ResourceSlice',
  'networking.v1.Ingress',
  'networking.v1.IngressClass',
  'networking.v1.IPAddress',
  'networking.v1.NetworkPolicy',
  'networking.v1.ServiceCIDR',
  'storage.v1.CSIDriver',
  'storage.v1.CSINode',
  'storage.v1.CSIStorageCapacity',
  'storage.v1.StorageClass',
  'storage.v1.VolumeAttachment',
  'storage.v1.VolumeAttributesClass',
  'node.v1.RuntimeClass',
  'scheduling.v1.PriorityClass',
  'flowcontrol.v1.FlowSchema',
  'flowcontrol.v1.PriorityLevelConfiguration',
  'admissionregistration.v1.MutatingWebhookConfiguration',
  'admissionregistration.v1.ValidatingAdmissionPolicy',
  'admissionregistration.v1.ValidatingAdmissionPolicyBinding',
  'admissionregistration.v1.ValidatingWebhookConfiguration',
  'apiregistration.v1.APIService',
  'certificates.v1.CertificateSigningRequest',
];

/** Types that our code writes down itself, as every kind has them or as JSON has no other. */
const OURS = {
  'meta.v1.ObjectMeta': ['ObjectMeta', '../values/types.ts'],
  'meta.v1.LabelSelector': ['LabelSelector', '../values/selectors.ts'],
  'meta.v1.Condition': ['Condition', '../values/condition.ts'],
};
const PLAIN = {
  'meta.v1.IntOrString': 'IntOrString',
  'meta.v1.Quantity': 'IntOrString',
  'meta.v1.Time': 'string',
  'meta.v1.MicroTime': 'string',
  'apiextensions.v1.JSONSchemaProps': 'unknown',
};

/** `Event` is a type of the language; other names are taken by another group. */
const RENAMED = {
  'core.v1.EndpointPort': 'SubsetPort',
  'core.v1.Event': 'KubeEvent',
  'core.v1.ResourceClaim': 'ContainerClaim',
  'admissionregistration.v1.ServiceReference': 'AdmissionServiceReference',
  'admissionregistration.v1.WebhookClientConfig': 'AdmissionClientConfig',
  'apiregistration.v1.ServiceReference': 'APIServiceReference',
  'flowcontrol.v1.Subject': 'FlowSubject',
  'storage.v1.TokenRequest': 'CSITokenRequest',
};

/** Sets of values that are closed although Go does not mark them `+enum`. */
const CLOSED = {
  'discovery.v1.EndpointSlice.addressType': ['AddressType', ['IPv4', 'IPv6', 'FQDN']],
  'core.v1.Event.type': ['EventType', ['Normal', 'Warning']],
  'apiextensions.v1.CustomResourceDefinitionSpec.scope': ['ResourceScope', ['Cluster', 'Namespaced']],
};

/** A longer set is no choice that code makes: the signals. */
const MOST_VALUES = 10;

/** Members that are there in every object that a server accepts, although the documents call them optional. */
const PRESENT = new Set(['core.v1.Service.spec', 'apps.v1.ReplicaSetSpec.template']);
/** An empty list that Go writes as null. */
const NULLABLE = new Set(['discovery.v1.EndpointSlice.endpoints', 'discovery.v1.EndpointSlice.ports']);

const root = join(dirname(fileURLToPath(import.meta.url)), '../src/kube');
const packages = {};
const packageOf = (name) => {
  packages[name] ??= JSON.parse(readFileSync(join(root, `schema/data/${name}.json`), 'utf8'));
  return packages[name];
};
const splitName = (name) => [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)];
const schemaOf = (name) => {
  const [packageName, type] = splitName(name);
  return packageOf(packageName)[type];
};

/** Of one package: named sets of values (`+enum`), and struct → JSON name → Go type. */
function goTypes(packageName) {
  const [group, version] = packageName.split('.');
  const source = readFileSync(join(moduleDirectory('k8s.io/api'), group, version, 'types.go'), 'utf8');
  const sets = {};
  for (const [, name] of source.matchAll(/\/\/ \+enum\n(?:\/\/.*\n)*type (\w+) string/g)) {
    const values = [...source.matchAll(new RegExp(`^\\s*\\w+\\s+${name}\\s*=\\s*"([^"]*)"`, 'gm'))];
    sets[name] = values.map(([, value]) => value);
  }
  const structs = {};
  for (const [, name, body] of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    const members = [...body.matchAll(/^\s*\w+\s+(\S+)\s*`json:"([^",]+)/gm)];
    structs[name] = Object.fromEntries(members.map(([, type, json]) => [json, type.replace(/^\*/, '')]));
  }
  return { sets, structs };
}
const go = Object.fromEntries(
  ['core.v1', 'apps.v1', 'discovery.v1', 'coordination.v1'].map((name) => [name, goTypes(name)]),
);

/** Sets of values that some member uses. */
const usedSets = new Map();

function closedSet(owner, member) {
  const [packageName, type] = splitName(owner);
  const own = CLOSED[`${owner}.${member}`];
  const name = go[packageName]?.structs[type]?.[member]?.replace(/^\[\]/, '');
  const [setName, values] = own ?? [name, go[packageName]?.sets[name]];
  if (!values || values.length === 0 || values.length > MOST_VALUES) return undefined;
  usedSets.set(setName, values);
  return setName;
}

/** One with an `error` says more than a condition. */
const isCondition = (name) => {
  const { properties } = schemaOf(name);
  return /Condition$/.test(name) && properties?.status !== undefined && properties.error === undefined;
};
const emitted = new Map();
const imports = new Map();

function typeOf(schema, owner, member) {
  if (schema.$ref) return named(schema.$ref);
  if (schema.type === 'array') {
    const item = typeOf(schema.items ?? {}, owner, member);
    return /[|{ ]/.test(item) && !item.startsWith('Readonly<')
      ? `readonly (${item})[]`
      : `readonly ${item}[]`;
  }
  if (schema.additional) return `Readonly<Record<string, ${typeOf(schema.additional, owner, '')}>>`;
  if (schema.properties) throw new Error(`${owner}.${member} has no name of its own`);
  if (schema.type === 'string') return closedSet(owner, member) ?? 'string';
  if (schema.type === 'integer' || schema.type === 'number') return 'number';
  return schema.type === 'boolean' ? 'boolean' : 'unknown';
}

function named(name) {
  if (PLAIN[name]) return PLAIN[name];
  const [ours, file] = OURS[isCondition(name) ? 'meta.v1.Condition' : name] ?? [];
  if (ours) {
    imports.set(ours, file);
    return ours;
  }
  const schema = schemaOf(name);
  if (!schema.properties) return schema.type === 'string' ? 'string' : 'unknown';
  const short = RENAMED[name] ?? splitName(name)[1];
  const other = emitted.get(short);
  if (other === undefined) emit(name, short);
  else if (other.name !== name) throw new Error(`${name} and ${other.name} would both be ${short}`);
  return short;
}

function emit(name, short) {
  const entry = { name, text: '' };
  emitted.set(short, entry);
  const { properties, required = [] } = schemaOf(name);
  const isKind = properties.apiVersion !== undefined && properties.kind !== undefined && properties.metadata;
  const members = Object.entries(properties).filter(
    ([member]) => !(isKind && ['apiVersion', 'kind', 'metadata'].includes(member)),
  );
  const lines = members.map(([member, schema]) => {
    const place = `${name}.${member}`;
    // A kind whose specification must say something is never without it.
    const saysSomething = isSpec(member) && schema.$ref && (schemaOf(schema.$ref).required ?? []).length > 0;
    const isThere = required.includes(member) || PRESENT.has(place) || saysSomething;
    const type = typeOf(schema, name, member) + (NULLABLE.has(place) ? ' | null' : '');
    const key = /^[A-Za-z_]\w*$/.test(member) ? member : `'${member}'`;
    return `  readonly ${key}${isThere ? '' : '?'}: ${type};`;
  });
  entry.text = `export interface ${short}${isKind ? ' extends KubeObject' : ''} {\n${lines.join('\n')}\n}`;
}

const isSpec = (member) => member === 'spec';

for (const kind of KINDS) named(kind);
const sets = [...usedSets].map(
  ([name, values]) => `export type ${name} = ${values.map((value) => `'${value}'`).join(' | ')};`,
);
const header = [...imports].map(([name, file]) => `import type { ${name} } from '${file}';`);
const text = `/**
 * Generated by scripts/generate-types.mjs. An object may carry more fields than its type names (a newer server's): code that
 * copies one spreads it, and never rebuilds it.
 */
import type { KubeObject } from '../values/types.ts';
${header.join('\n')}

export type IntOrString = number | string;

${sets.join('\n')}

${[...emitted.values()].map((entry) => entry.text).join('\n\n')}
`;
writeFileSync(join(root, 'kinds/objects.data.ts'), text);
process.stdout.write(`${emitted.size} types, ${sets.length} closed sets\n`);
