import { isObject } from '../../../kube/values/equal.ts';
import {
  formatLabels,
  formatSelector,
  type LabelSelector,
  selectorOf,
} from '../../../kube/values/selectors.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { invalid } from '../errors.ts';
import { AGE, count, NAME } from './columns.ts';
import type { ViewRow } from './kind.ts';
import { READ_WRITE } from './subresource.ts';

interface Scale extends KubeObject {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly replicas: number };
}

/** Where the scale subresource reads and writes: paths like `.spec.replicas`. */
export interface ScalePaths {
  readonly specReplicas: string;
  readonly statusReplicas: string;
  /** A serialised selector, a LabelSelector object, or the labels of a ReplicationController. */
  readonly selector?: string;
}

/** autoscaling/v1 Scale: replicas of anything, wherever the kind keeps them. */
export const scale = (paths: ScalePaths): ViewRow => ({
  type: 'view',
  name: 'scale',
  verbs: READ_WRITE,
  kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  columns: [
    NAME,
    count<Scale>('Desired', ({ spec }) => spec.replicas),
    count<Scale>('Available', ({ status }) => status.replicas),
    AGE,
  ],
  read: (object) => scaleOf(paths, object),
  write: (live, wanted) => withScale(paths, live, wanted),
});

function scaleOf(paths: ScalePaths, object: KubeObject): KubeObject {
  const { specReplicas, statusReplicas, selector = '' } = paths;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const text = selectorText(read(object, selector));
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject['metadata'],
    spec: { replicas: numberOf(read(object, specReplicas)) },
    status: { replicas: numberOf(read(object, statusReplicas)), ...(text ? { selector: text } : {}) },
  };
}

function withScale({ specReplicas }: ScalePaths, live: KubeObject, wanted: KubeObject): KubeObject {
  const replicas = isObject(wanted.spec) ? (wanted.spec.replicas ?? 0) : 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    const message = `Invalid value: ${JSON.stringify(replicas)}: must be an integer greater than or equal to 0`;
    const scaleKind = { group: 'autoscaling', plural: 'scales', kind: 'Scale' };
    throw invalid(scaleKind, live.metadata.name ?? '', [
      { field: 'spec.replicas', reason: 'Invalid', message },
    ]);
  }
  return write(live, segments(specReplicas), replicas) as KubeObject;
}

const segments = (path: string): string[] => path.split('.').filter((segment) => segment !== '');

const read = (object: unknown, path: string): unknown =>
  segments(path).reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), object);

function write(node: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const members = isObject(node) ? node : {};
  return { ...members, [key]: write(members[key], rest, value) };
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  if (!isObject(selector)) return '';
  if (Object.values(selector).every((value) => typeof value === 'string')) {
    return formatLabels(selector as Readonly<Record<string, string>>);
  }
  return formatSelector(selectorOf(selector as LabelSelector) ?? []);
}
