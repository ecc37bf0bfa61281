import { isObject } from '../../values/equal.ts';
import type { Json, JsonObject, KubeObject } from '../../values/types.ts';
import { listAt, numberAt, objectAt, objectsAt } from '../checks/read.ts';
import { metricStatusToV1, metricStatusToV2, metricToV1, metricToV2, present } from './metrics.ts';

/**
 * autoscaling/v1 knows one metric, the CPU of the pods; what else autoscaling/v2 says travels in annotations, so that an object may be
 * read and written in either (Kubernetes `pkg/apis/autoscaling/v1/conversion.go`).
 */
const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;
const OURS = [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR];
const DEFAULT_CPU_PERCENT = 80;

const cpuMetric = (averageUtilization: Json): JsonObject => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const isCpuUtilization = (metric: JsonObject): boolean =>
  metric.type === 'Resource' &&
  objectAt(metric, 'resource').name === 'cpu' &&
  objectAt(objectAt(metric, 'resource'), 'target').averageUtilization !== undefined;

export function autoscalerToV1(object: KubeObject): KubeObject {
  const [spec, status] = [jsonAt(object, 'spec'), jsonAt(object, 'status')];
  const metrics = objectsAt(spec, 'metrics');
  const cpu = metrics.find(isCpuUtilization);
  const others = metrics.filter((metric) => !isCpuUtilization(metric)).map(metricToV1);
  const current = objectsAt(status, 'currentMetrics');
  const { behavior } = spec;
  const conditions = listAt(status, 'conditions');
  return {
    ...withAnnotations(object, {
      ...(others.length > 0 ? { [METRICS]: JSON.stringify(others) } : {}),
      ...(current.length > 0 ? { [CURRENT_METRICS]: JSON.stringify(current.map(metricStatusToV1)) } : {}),
      ...(behavior !== undefined ? { [BEHAVIOR]: JSON.stringify(renamed(behavior, upperFirst)) } : {}),
      ...(conditions.length > 0 ? { [CONDITIONS]: JSON.stringify(conditions) } : {}),
    }),
    apiVersion: 'autoscaling/v1',
    ...(object.spec === undefined
      ? {}
      : {
          spec: present({
            scaleTargetRef: spec.scaleTargetRef,
            minReplicas: spec.minReplicas,
            maxReplicas: spec.maxReplicas,
            targetCPUUtilizationPercentage:
              cpu && objectAt(objectAt(cpu, 'resource'), 'target').averageUtilization,
          }),
        }),
    ...(object.status === undefined ? {} : { status: statusToV1(status, current) }),
  };
}

function statusToV1(status: JsonObject, current: readonly JsonObject[]): JsonObject {
  const cpu = current
    .filter((metric) => metric.type === 'Resource' && objectAt(metric, 'resource').name === 'cpu')
    .map((metric) => numberAt(objectAt(objectAt(metric, 'resource'), 'current'), 'averageUtilization'))
    .findLast((percent) => percent !== undefined);
  const { currentMetrics: _, conditions: __, ...counts } = status;
  return present({ ...counts, currentCPUUtilizationPercentage: cpu });
}

export function autoscalerToV2(object: KubeObject): KubeObject {
  const [spec, status] = [jsonAt(object, 'spec'), jsonAt(object, 'status')];
  const saved = object.metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: percent, ...sameSpec } = spec;
  const cpu = percent === undefined ? [] : [cpuMetric(percent)];
  const metrics = [...(parsedList(saved[METRICS])?.map(metricToV2) ?? []), ...cpu];
  const behavior = parsedObject(saved[BEHAVIOR]);
  return {
    ...withAnnotations(object, {}),
    apiVersion: 'autoscaling/v2',
    ...(object.spec === undefined
      ? {}
      : {
          spec: present({
            ...sameSpec,
            metrics: metrics.length > 0 ? metrics : [cpuMetric(DEFAULT_CPU_PERCENT)],
            behavior:
              behavior && Object.keys(behavior).length > 0 ? renamed(behavior, lowerFirst) : undefined,
          }),
        }),
    ...(object.status === undefined ? {} : { status: statusToV2(status, saved) }),
  };
}

function statusToV2(status: JsonObject, saved: Readonly<Record<string, string>>): JsonObject {
  const { currentCPUUtilizationPercentage: percent, ...counts } = status;
  const cpu =
    percent === undefined
      ? undefined
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: percent } } }];
  return present({
    ...counts,
    currentMetrics: parsedList(saved[CURRENT_METRICS])?.map(metricStatusToV2) ?? cpu,
    conditions: parsedList(saved[CONDITIONS]),
  });
}

/** Read in this shape; the schema has judged it before. */
const jsonAt = (object: KubeObject, key: 'spec' | 'status'): JsonObject =>
  isObject(object[key]) ? (object[key] as JsonObject) : {};

/** Those that speak of the other version are replaced as a whole. */
function withAnnotations(object: KubeObject, added: Readonly<Record<string, string>>): KubeObject {
  const { annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !OURS.includes(key));
  const all = { ...Object.fromEntries(kept), ...added };
  return {
    ...object,
    metadata: { ...metadata, ...(Object.keys(all).length > 0 ? { annotations: all } : {}) },
  };
}

/** An annotation may hold any text: what is not a list of objects counts as absent. */
function parsedList(text: string | undefined): readonly JsonObject[] | undefined {
  const value = parsed(text);
  return Array.isArray(value) && value.every(isObject) ? (value as readonly JsonObject[]) : undefined;
}

function parsedObject(text: string | undefined): JsonObject | undefined {
  const value = parsed(text);
  return isObject(value) ? (value as JsonObject) : undefined;
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The annotation holds the names of Go: `ScaleUp`. */
function renamed(value: Json, rename: (name: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [rename(key), renamed(member, rename)]),
  );
}

const upperFirst = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
