import { applyDefaults } from '../../../src/kube/rules/defaults.ts';
import { validateObject } from '../../../src/kube/rules/validate.ts';
import { builtinSchema, type Schema } from '../../../src/kube/schema/schema.ts';
import { formatFieldError } from '../../../src/kube/values/fielderrors.ts';
import { gvkOf, type KubeObject } from '../../../src/kube/values/types.ts';
import { parseYaml } from '../../../src/kube/values/yaml.ts';

export function read(text: string): KubeObject {
  const parsed = parseYaml(text, 'case');
  if (!parsed.ok) throw new Error(parsed.problems[0].message);
  return parsed.value as unknown as KubeObject;
}
export const schemaOf = (object: KubeObject): Schema => builtinSchema(gvkOf(object)) as Schema;
export const complete = (text: string): KubeObject => {
  const object = read(text);
  return applyDefaults(schemaOf(object), object);
};
/** Every complaint about an object, as kube-apiserver would print it. */
export const complaints = (text: string, old?: string): string[] => {
  const object = complete(text);
  return validateObject(gvkOf(object), object, old === undefined ? undefined : complete(old)).map(
    formatFieldError,
  );
};

export const pod = (spec: string, metadata = 'name: web'): string =>
  `{apiVersion: v1, kind: Pod, metadata: {${metadata}}, spec: ${spec}}`;
export const container = (extra: string): string => pod(`{containers: [{name: a, image: b, ${extra}}]}`);
export const deployment = (extra: string, labels = 'app: web'): string =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {${labels}}}, spec: {containers: [{name: a, image: b}]}}, ${extra}}}`;
export const service = (spec: string): string =>
  `{apiVersion: v1, kind: Service, metadata: {name: web}, spec: ${spec}}`;
export const config = (extra: string): string =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, ${extra}}`;

export const FLAWS: readonly [title: string, object: string, complaint: string, old?: string][] = [
  ['a Pod without containers', pod('{}'), 'spec.containers: Required value'],
  [
    'a container without a name',
    pod('{containers: [{image: b}]}'),
    'spec.containers[0].name: Required value',
  ],
  [
    'a container without an image',
    pod('{containers: [{name: a}]}'),
    'spec.containers[0].image: Required value',
  ],
  [
    'two containers of one name',
    pod('{containers: [{name: a, image: b}], initContainers: [{name: a, image: b}]}'),
    'spec.initContainers[0].name: Duplicate value: "a"',
  ],
  [
    'a mount of no volume',
    container('volumeMounts: [{name: x, mountPath: /x}]'),
    'spec.containers[0].volumeMounts[0].name: Not found: "x"',
  ],
  [
    'a port out of range',
    container('ports: [{containerPort: 70000}]'),
    'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
  ],
  [
    'a request above its limit',
    container('resources: {requests: {cpu: 2}, limits: {cpu: 1500m}}'),
    'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1500m',
  ],
  [
    'a probe without a handler',
    container('livenessProbe: {periodSeconds: 5}'),
    'spec.containers[0].livenessProbe: Required value: must specify a handler type',
  ],
  [
    'a liveness probe that wants two successes',
    container('livenessProbe: {exec: {command: [x]}, successThreshold: 2}'),
    'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
  ],
  [
    'a volume of two kinds',
    pod('{containers: [{name: a, image: b}], volumes: [{name: v, emptyDir: {}, hostPath: {path: /}}]}'),
    'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
  ],
  [
    'an unknown restart policy',
    pod('{restartPolicy: Sometimes, containers: [{name: a, image: b}]}'),
    'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
  ],
  [
    'an object without a name',
    pod('{containers: [{name: a, image: b}]}', ''),
    'metadata.name: Required value: name or generateName is required',
  ],
  [
    'a changed Pod',
    container('workingDir: /x'),
    'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    container(''),
  ],
  [
    'a Deployment whose selector misses its template',
    deployment('', 'app: other'),
    'spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`',
  ],
  [
    'a negative count',
    deployment('replicas: -1'),
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'a rollout that can never move',
    deployment('strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}'),
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
  ],
  [
    'a changed selector',
    deployment('')
      .replace('matchLabels: {app: web}', 'matchLabels: {app: web, tier: x}')
      .replace('labels: {app: web}', 'labels: {app: web, tier: x}'),
    'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"x"}}: field is immutable',
    deployment(''),
  ],
  ['a Service without ports', service('{}'), 'spec.ports: Required value'],
  [
    'two ports without names',
    service('{ports: [{port: 1, name: a}, {port: 2}]}'),
    'spec.ports[1].name: Required value',
  ],
  [
    'a node port on a ClusterIP Service',
    service('{ports: [{port: 1, nodePort: 30000}]}'),
    "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
  ],
  [
    'a changed cluster IP',
    service('{clusterIP: 10.0.0.2, ports: [{port: 1}]}'),
    'spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set',
    service('{clusterIP: 10.0.0.1, ports: [{port: 1}]}'),
  ],
  [
    'a change of immutable data',
    config('immutable: true, data: {a: c}'),
    'data: Forbidden: field is immutable when `immutable` is set',
    config('immutable: true, data: {a: b}'),
  ],
  [
    'a label that is none',
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: web, labels: {a: "b c"}}}',
    `metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
  ],
  [
    'a CRD of another name',
    '{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: x}, spec: {group: x.dev, scope: Cluster, names: {plural: tests, kind: Test}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}}',
    'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
  ],
];
