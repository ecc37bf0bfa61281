import { failed, ok, type Result } from '../../base/errors.ts';
import { isObject } from '../values/equal.ts';
import type { GroupVersionKind, KubeObject } from '../values/types.ts';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

const EVERY_KIND = ['metadata.name', 'metadata.namespace'] as const;
const EVENT_SUBJECT = [
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
] as const;

/** Beyond name and namespace (Kubernetes `pkg/apis/<group>/<version>/conversion.go`, AddFieldLabelConversionFunc). */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  '/v1/Pod': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/v1/Node': ['spec.unschedulable'],
  '/v1/Namespace': ['status.phase'],
  '/v1/Secret': ['type'],
  '/v1/Service': ['spec.clusterIP', 'spec.type'],
  '/v1/ReplicationController': ['status.replicas'],
  '/v1/Event': [
    ...EVENT_SUBJECT.map((field) => `involvedObject.${field}`),
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.k8s.io/v1/Event': [
    ...EVENT_SUBJECT.map((field) => `regarding.${field}`),
    'reason',
    'reportingController',
    'type',
  ],
  'batch/v1/Job': ['status.successful'],
  'certificates.k8s.io/v1/CertificateSigningRequest': ['spec.signerName'],
};

/** Fields whose text is not simply the member of that name; booleans and numbers that are absent have their zero. */
const READERS: Readonly<Record<string, (object: KubeObject) => unknown>> = {
  source: (object) => read(object, 'source.component') ?? read(object, 'reportingComponent'),
  'spec.unschedulable': (object) => read(object, 'spec.unschedulable') ?? false,
  'spec.hostNetwork': (object) => read(object, 'spec.hostNetwork') ?? false,
  'status.successful': (object) => read(object, 'status.succeeded') ?? 0,
  'status.replicas': (object) => read(object, 'status.replicas') ?? 0,
  'status.podIPs': (object) => {
    const addresses = read(object, 'status.podIPs');
    return Array.isArray(addresses)
      ? addresses.map((entry) => (isObject(entry) ? entry.ip : '')).join(',')
      : '';
  },
};

/** `metadata.name=web,spec.nodeName!=n1`, with `\\`, `\,` and `\=` as escapes (apimachinery `pkg/fields/selector.go`). */
export function parseFieldSelector(text: string): Result<readonly FieldRequirement[]> {
  const requirements: FieldRequirement[] = [];
  for (const term of text.match(/(?:\\.|[^\\,])+/gs) ?? []) {
    const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
    if (!match) return invalid(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, escaped = ''] = match;
    if (/(?:^|[^\\])(?:\\\\)*(?:\\(?:[^\\,=]|$)|=)/.test(escaped)) {
      return invalid(`invalid field selector: invalid escape or unescaped '=' in '${escaped}'`);
    }
    const value = escaped.replace(/\\([\\,=])/g, '$1');
    requirements.push({ field, operator: operator === '!=' ? '!=' : '=', value });
  }
  return ok(requirements);
}

const invalid = (message: string): Result<never> => failed({ reason: 'InvalidSelector', message });

/** Fields by which a kind may be selected; custom resources: `metadata.name` and `metadata.namespace`. */
function selectableFields({ group, version, kind }: GroupVersionKind): readonly string[] {
  return [...EVERY_KIND, ...(SELECTABLE[`${group}/${version}/${kind}`] ?? [])];
}

/** The message of kube-apiserver for the first field that the kind cannot be selected by; undefined when all can. */
export function checkFieldSelector(
  gvk: GroupVersionKind,
  requirements: readonly FieldRequirement[],
): string | undefined {
  const selectable = selectableFields(gvk);
  const unknown = requirements.find(({ field }) => !selectable.includes(field));
  return unknown && `field label not supported: ${unknown.field}`;
}

export function matchesFields(requirements: readonly FieldRequirement[], object: KubeObject): boolean {
  return requirements.every(({ field, operator, value }) => {
    const found = READERS[field] ? READERS[field](object) : read(object, field);
    return (String(found ?? '') === value) === (operator === '=');
  });
}

function read(object: KubeObject, field: string): unknown {
  let node: unknown = object;
  for (const key of field.split('.')) node = isObject(node) ? node[key] : undefined;
  return node;
}
