import type { Json, JsonObject } from '../../values/types.ts';
import { objectAt, textAt } from '../checks/read.ts';

/**
 * Metrics of autoscaling/v2 in the shape in which the annotations of autoscaling/v1 hold them, and back: one target by name instead
 * of a typed one (Kubernetes `pkg/apis/autoscaling/v1/conversion.go`).
 */
interface Shape {
  readonly toV1: (source: JsonObject) => JsonObject;
  readonly toV2: (source: JsonObject) => JsonObject;
}

/** The members that are set. */
export const present = (members: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(
    Object.entries(members).filter(
      (entry): entry is [string, Json] => entry[1] !== undefined && entry[1] !== null,
    ),
  );

const ZERO = '0';
const reference = (of: JsonObject): JsonObject =>
  present({ kind: of.kind, name: of.name, apiVersion: of.apiVersion });
const identified = (name: Json | undefined, selector: Json | undefined) => ({
  metric: present({ name, selector }),
});

/** A resource of the pods, or of one container of each. */
const RESOURCE_TARGET: Shape = {
  toV1: (source) => {
    const { averageUtilization, averageValue } = objectAt(source, 'target');
    return present({
      name: source.name,
      targetAverageUtilization: averageUtilization,
      targetAverageValue: averageValue,
      container: source.container,
    });
  },
  toV2: (source) => {
    const { targetAverageUtilization: averageUtilization, targetAverageValue: averageValue } = source;
    const type = averageUtilization === undefined ? 'AverageValue' : 'Utilization';
    const target = present({ type, averageValue, averageUtilization });
    return present({ name: source.name, container: source.container, target });
  },
};

const TARGETS: Readonly<Record<string, Shape>> = {
  resource: RESOURCE_TARGET,
  containerResource: RESOURCE_TARGET,
  pods: {
    toV1: (source) => {
      const { name, selector } = objectAt(source, 'metric');
      const { averageValue = ZERO } = objectAt(source, 'target');
      return present({ metricName: name, targetAverageValue: averageValue, selector });
    },
    toV2: ({ metricName, selector, targetAverageValue: averageValue = ZERO }) => ({
      ...identified(metricName, selector),
      target: { type: 'AverageValue', averageValue },
    }),
  },
  object: {
    toV1: (source) => {
      const { name, selector } = objectAt(source, 'metric');
      const { value = ZERO, averageValue } = objectAt(source, 'target');
      const target = reference(objectAt(source, 'describedObject'));
      return present({ target, metricName: name, targetValue: value, selector, averageValue });
    },
    toV2: (source) => {
      const { metricName, selector, targetValue: value = ZERO, averageValue } = source;
      const type = averageValue === undefined ? 'Value' : 'AverageValue';
      return {
        describedObject: reference(objectAt(source, 'target')),
        ...identified(metricName, selector),
        target: present({ type, value, averageValue }),
      };
    },
  },
  external: {
    toV1: (source) => {
      const { name, selector } = objectAt(source, 'metric');
      const { value, averageValue } = objectAt(source, 'target');
      const targets = { targetValue: value, targetAverageValue: averageValue };
      return present({ metricName: name, metricSelector: selector, ...targets });
    },
    toV2: ({ metricName, metricSelector, targetValue: value, targetAverageValue: averageValue }) => ({
      ...identified(metricName, metricSelector),
      target: present({ type: value === undefined ? 'AverageValue' : 'Value', value, averageValue }),
    }),
  },
};

const RESOURCE_STATUS: Shape = {
  toV1: (source) => {
    const { averageUtilization, averageValue = ZERO } = objectAt(source, 'current');
    const { name, container } = source;
    const current = { currentAverageUtilization: averageUtilization, currentAverageValue: averageValue };
    return present({ name, ...current, container });
  },
  toV2: (source) => {
    const { currentAverageUtilization: averageUtilization, currentAverageValue: averageValue = ZERO } =
      source;
    const current = present({ averageValue, averageUtilization });
    return present({ name: source.name, container: source.container, current });
  },
};

const STATUSES: Readonly<Record<string, Shape>> = {
  resource: RESOURCE_STATUS,
  containerResource: RESOURCE_STATUS,
  pods: {
    toV1: (source) => {
      const { name, selector } = objectAt(source, 'metric');
      const { averageValue = ZERO } = objectAt(source, 'current');
      return present({ metricName: name, currentAverageValue: averageValue, selector });
    },
    toV2: ({ metricName, selector, currentAverageValue: averageValue = ZERO }) => ({
      ...identified(metricName, selector),
      current: { averageValue },
    }),
  },
  object: {
    toV1: (source) => {
      const { name, selector } = objectAt(source, 'metric');
      const { value = ZERO, averageValue } = objectAt(source, 'current');
      const target = reference(objectAt(source, 'describedObject'));
      return present({ target, metricName: name, currentValue: value, selector, averageValue });
    },
    toV2: (source) => {
      const { metricName, selector, currentValue: value = ZERO, averageValue } = source;
      return {
        describedObject: reference(objectAt(source, 'target')),
        ...identified(metricName, selector),
        current: present({ value, averageValue }),
      };
    },
  },
  external: {
    toV1: (source) => {
      const { name, selector } = objectAt(source, 'metric');
      const { value = ZERO, averageValue } = objectAt(source, 'current');
      const current = { currentValue: value, currentAverageValue: averageValue };
      return present({ metricName: name, metricSelector: selector, ...current });
    },
    toV2: ({
      metricName,
      metricSelector,
      currentValue: value = ZERO,
      currentAverageValue: averageValue,
    }) => ({
      ...identified(metricName, metricSelector),
      current: present({ value, averageValue }),
    }),
  },
};

const convert =
  (shapes: Readonly<Record<string, Shape>>, to: keyof Shape) =>
  (metric: JsonObject): JsonObject => ({
    type: textAt(metric, 'type'),
    ...Object.fromEntries(
      Object.entries(shapes)
        .filter(([source]) => metric[source] !== undefined)
        .map(([source, shape]) => [source, shape[to](objectAt(metric, source))]),
    ),
  });

export const metricToV1 = convert(TARGETS, 'toV1');
export const metricToV2 = convert(TARGETS, 'toV2');
export const metricStatusToV1 = convert(STATUSES, 'toV1');
export const metricStatusToV2 = convert(STATUSES, 'toV2');
