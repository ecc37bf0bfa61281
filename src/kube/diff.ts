import { deepEqual, isObject } from './equal.ts';
import { dumpYaml } from './yaml.ts';

/** One leaf that differs; `before` undefined: added, `after` undefined: removed. */
export interface FieldDiff {
  /** `spec.template.spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]` */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface DiffOptions {
  /** Values of a Secret become `***`; that one changed is still seen. */
  readonly maskSecrets: boolean;
}

type Side = object | undefined;

/** Leaf by leaf what `after` changes of `before`; undefined stands for an object that is not there. */
export function diffObjects(before: Side, after: Side, options: DiffOptions): FieldDiff[] {
  const diffs: FieldDiff[] = [];
  const [left, right] = options.maskSecrets ? maskPair(before, after) : [before, after];
  collect(left, right, '', diffs);
  return diffs;
}

function collect(before: unknown, after: unknown, path: string, diffs: FieldDiff[]): void {
  if (deepEqual(before, after)) return;
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      collect(before[key], after[key], member(path, key), diffs);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      collect(before[i], after[i], `${path}[${i}]`, diffs);
    }
  } else {
    diffs.push({ path, before, after });
  }
}

const member = (path: string, key: string): string => {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
};

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Both sides with the values of Secrets hidden: equal ones look equal, changed ones say which side they are. */
function maskPair(before: Side, after: Side): [Side, Side] {
  if (!isSecret(before) && !isSecret(after)) return [before, after];
  return [mask(before, after, '*** (before)'), mask(after, before, '*** (after)')];
}

const isSecret = (object: Side): boolean => isObject(object) && object.kind === 'Secret';

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

/** The object with the values of a Secret hidden; anything else as it is. */
export function maskSecret<T extends object>(object: T): T {
  return isSecret(object) ? (mask(object, undefined, '***') as T) : object;
}

/** Unified lines of the YAML of both sides, Secrets masked: ` ` kept, `-` before, `+` after, `@@` between distant changes. */
export function formatDiff(before: Side, after: Side, options: { readonly context?: number } = {}): string[] {
  const [left, right] = maskPair(before, after);
  const lines = align(linesOf(left), linesOf(right));
  const context = options.context ?? 3;
  const isNear = lines.map((_, i) => lines.slice(Math.max(0, i - context), i + context + 1).some(isChange));
  return lines.flatMap((line, i) => {
    if (!isNear[i]) return [];
    return i > 0 && !isNear[i - 1] ? [`@@ line ${i + 1} @@`, line] : [line];
  });
}

const linesOf = (side: Side): string[] => (side ? dumpYaml(side).trimEnd().split('\n') : []);
const isChange = (line: string): boolean => !line.startsWith(' ');

/** The longest common subsequence decides what is kept (Hunt and McIlroy); common ends are cut off first. */
function align(before: readonly string[], after: readonly string[]): string[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const kept = (line: string): string => `  ${line}`;
  return [
    ...before.slice(0, head).map(kept),
    ...alignMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(kept),
  ];
}

function alignMiddle(before: readonly string[], after: readonly string[]): string[] {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const below = lengths[(i + 1) * width + j] ?? 0;
      const right = lengths[i * width + j + 1] ?? 0;
      const diagonal = (lengths[(i + 1) * width + j + 1] ?? 0) + 1;
      lengths[i * width + j] = before[i] === after[j] ? diagonal : Math.max(below, right);
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push(`  ${before[i++]}`);
      j++;
    } else if (j >= after.length || (i < before.length && isLonger(lengths, width, i, j))) {
      lines.push(`- ${before[i++]}`);
    } else lines.push(`+ ${after[j++]}`);
  }
  return lines;
}

const isLonger = (lengths: Uint32Array, width: number, i: number, j: number): boolean =>
  (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0);
