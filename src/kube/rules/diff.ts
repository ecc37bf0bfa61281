import { SECRETS } from '../kinds/resources.data.ts';
import { LAST_APPLIED } from '../values/annotations.ts';
import { deepEqual, isObject } from '../values/equal.ts';

/** One leaf that differs; `before` undefined: added, `after` undefined: removed. */
export interface FieldDiff {
  /** `spec.template.spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]` */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Side = object | undefined;

/**
 * Leaf by leaf what `after` changes of `before`; undefined stands for an object that is not there. Values of a Secret become `***`;
 * that one changed is still seen.
 */
export function diffObjects(before: Side, after: Side): FieldDiff[] {
  const diffs: FieldDiff[] = [];
  const [left, right] = maskPair(before, after);
  collect(left, right, '', diffs);
  return diffs;
}

function collect(before: unknown, after: unknown, path: string, diffs: FieldDiff[]): void {
  if (deepEqual(before, after)) return;
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      collect(before[key], after[key], memberPath(path, key), diffs);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      collect(before[i], after[i], `${path}[${i}]`, diffs);
    }
  } else {
    diffs.push({ path, before, after });
  }
}

/** The path of a member, as in `FieldDiff.path`. */
export const memberPath = (path: string, key: string): string => {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
};

/** Both sides with the values of Secrets hidden: equal ones look equal, changed ones say which side they are. */
function maskPair(before: Side, after: Side): [Side, Side] {
  if (!isSecret(before) && !isSecret(after)) return [before, after];
  return [mask(before, after, '*** (before)'), mask(after, before, '*** (after)')];
}

/** By the kind alone: what calls itself a Secret is hidden, whatever its group. */
const isSecret = (object: Side): boolean => isObject(object) && object.kind === SECRETS.kind;

function mask(object: Side, other: Side, changed: string): Side {
  if (!isObject(object)) return object;
  const masked: Record<string, unknown> = { ...object };
  for (const field of ['data', 'stringData']) {
    const values = object[field];
    const others = isObject(other) ? other[field] : undefined;
    if (isObject(values)) masked[field] = maskValues(values, isObject(others) ? others : {}, changed);
  }
  masked.metadata = maskAnnotation(object.metadata, changed);
  return masked;
}

function maskValues(
  values: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, unknown>>,
  changed: string,
): Record<string, string> {
  const entries = Object.entries(values).map(([key, value]): [string, string] => {
    const differs = others[key] !== undefined && !deepEqual(value, others[key]);
    return [key, differs ? changed : '***'];
  });
  return Object.fromEntries(entries);
}

/** Client-side apply keeps the whole Secret in an annotation. */
function maskAnnotation(metadata: unknown, changed: string): unknown {
  if (!isObject(metadata) || !isObject(metadata.annotations)) return metadata;
  if (metadata.annotations[LAST_APPLIED] === undefined) return metadata;
  return { ...metadata, annotations: { ...metadata.annotations, [LAST_APPLIED]: changed } };
}
