import type { ConfigMap, Container, EnvVar, Pod, Secret } from '../../../kube/kinds/objects.data.ts';
import { expand } from './expand.ts';
import { resourceFieldOf } from './resourcefield.ts';

/** What the environment of one container is made from; all I/O is done before. */
export interface EnvironmentInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly podIP: string;
  readonly hostIP: string;
  readonly nodeName: string;
  /** By name, in the pod's namespace. */
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly secrets: ReadonlyMap<string, Secret>;
  /** What every container gets and may override: PATH, HOME …, service addresses, our own words. */
  readonly base: Readonly<Record<string, string>>;
  /** Allocatable of the node: a resource without limit is as large as that (downward API). */
  readonly nodeResources: Readonly<Record<string, string>>;
}

export type Environment =
  | { readonly ok: true; readonly env: Readonly<Record<string, string>> }
  /** What the pod refers to is not there. */
  | { readonly ok: false; readonly message: string };

/** kubelet `kubelet_pods.go` makeEnvironmentVariables: envFrom in order, then env in order, each seeing those before it. */
export function buildEnvironment(input: EnvironmentInput): Environment {
  const { container, base } = input;
  const own: Record<string, string> = {};
  for (const source of container.envFrom ?? []) {
    const data = dataOf(input, source.configMapRef, source.secretRef);
    if (!data.ok) return data;
    for (const [key, value] of Object.entries(data.env)) own[`${source.prefix ?? ''}${key}`] = value;
  }
  for (const variable of container.env ?? []) {
    const value = valueFor(input, variable, { ...base, ...own });
    if (!value.ok) return value;
    if (value.value !== undefined) own[variable.name] = value.value;
  }
  return { ok: true, env: { ...base, ...own } };
}

type Value =
  | { readonly ok: true; readonly value: string | undefined }
  | { readonly ok: false; readonly message: string };

const found = (value: string | undefined): Value => ({ ok: true, value });
const fault = (message: string): { ok: false; message: string } => ({ ok: false, message });

function valueFor(input: EnvironmentInput, variable: EnvVar, known: Readonly<Record<string, string>>): Value {
  const from = variable.valueFrom;
  if (!from) return found(expand(variable.value ?? '', known));
  if (from.fieldRef) {
    const value = fieldOf(input, from.fieldRef.fieldPath);
    return value === undefined
      ? fault(`env ${variable.name}: fieldPath "${from.fieldRef.fieldPath}" is not supported`)
      : found(value);
  }
  if (from.resourceFieldRef) return found(resourceFieldOf(input, from.resourceFieldRef, input.container));
  if (from.configMapKeyRef) {
    const { name = '', key, optional } = from.configMapKeyRef;
    const value = input.configMaps.get(name)?.data?.[key];
    if (value !== undefined || optional) return found(value);
    return fault(absent('configmap', name, key, input.configMaps.has(name)));
  }
  if (from.secretKeyRef) {
    const { name = '', key, optional } = from.secretKeyRef;
    const value = input.secrets.get(name)?.data?.[key];
    if (value !== undefined) return found(decode(value));
    return optional ? found(undefined) : fault(absent('secret', name, key, input.secrets.has(name)));
  }
  return fault(`env ${variable.name}: its valueFrom names no source that is supported`);
}

const absent = (kind: string, name: string, key: string, exists: boolean): string =>
  exists ? `couldn't find key ${key} in ${kind} ${name}` : `${kind} "${name}" not found`;

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

function dataOf(
  input: EnvironmentInput,
  configMapRef: { name?: string; optional?: boolean } | undefined,
  secretRef: { name?: string; optional?: boolean } | undefined,
): Environment {
  if (configMapRef) {
    const { name = '', optional } = configMapRef;
    const map = input.configMaps.get(name);
    return map || optional ? { ok: true, env: map?.data ?? {} } : fault(`configmap "${name}" not found`);
  }
  if (secretRef) {
    const { name = '', optional } = secretRef;
    const secret = input.secrets.get(name);
    if (!secret && !optional) return fault(`secret "${name}" not found`);
    const data = Object.entries(secret?.data ?? {}).map(([key, value]) => [key, decode(value)]);
    return { ok: true, env: Object.fromEntries(data) };
  }
  return { ok: true, env: {} };
}

/** The downward API's fields (Kubernetes `pkg/fieldpath`). undefined: no such field. */
export function fieldOf(
  input: Pick<EnvironmentInput, 'pod' | 'podIP' | 'hostIP' | 'nodeName'>,
  path: string,
): string | undefined {
  const { pod, podIP, hostIP, nodeName } = input;
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript)
    return metadata[subscript[1] === 'labels' ? 'labels' : 'annotations']?.[subscript[2] ?? ''] ?? '';
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'metadata.labels': formatMap(metadata.labels),
    'metadata.annotations': formatMap(metadata.annotations),
    'spec.nodeName': nodeName,
    'spec.serviceAccountName': spec.serviceAccountName ?? 'default',
    'status.podIP': podIP,
    'status.podIPs': podIP,
    'status.hostIP': hostIP,
    'status.hostIPs': hostIP,
  };
  return Object.hasOwn(fields, path) ? (fields[path] ?? '') : undefined;
}

const formatMap = (map: Readonly<Record<string, string>> = {}): string =>
  Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
