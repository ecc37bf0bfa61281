import type { KubeObject } from '../kube/values/types.ts';
import { type Evidence, recordOf } from './evidence.ts';
import { type Tone, toneOf, wordsOf } from './words.ts';

interface Said {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message?: string;
  /** The condition describes an older spec. */
  readonly stale: boolean;
}

/** Types that sum up the whole object; if one is True, it also covers the parts. */
const SUMMARIES = new Set(['Ready', 'Available', 'Healthy', 'Succeeded', 'Complete', 'Completed', 'Synced']);

/** Evidence from the conditions of a status. Types are read by their words: `CertificateIssued`, `SyncFailed`, `ClusterReconciling`. */
export function conditionEvidence(
  { metadata }: KubeObject,
  status: Readonly<Record<string, unknown>>,
): readonly Evidence[] {
  return conditionLists(status).flatMap((list) => evidenceOf(readConditions(list, metadata.generation)));
}

function evidenceOf(conditions: readonly Said[]): readonly Evidence[] {
  const summed = conditions.some((one) => SUMMARIES.has(one.type) && one.status === 'True' && !one.stale);
  return conditions.flatMap((one) => {
    const tone = toneOfCondition(one);
    if (tone === undefined || (tone === 'lacking' && summed && !SUMMARIES.has(one.type))) return [];
    const { type, status, reason, message } = one;
    return [{ tone, reason: reason || type, message: message || `condition ${type} is ${status}` }];
  });
}

/** Its own, and those of each parent (Gateway API: `parents`, `ancestors`) one level down. */
function conditionLists(status: Readonly<Record<string, unknown>>): readonly unknown[] {
  const parts = Object.values(status).flatMap((value) => (Array.isArray(value) ? value : []));
  return [status, ...parts].flatMap((part) => {
    const list = recordOf(part)?.conditions;
    return list === undefined || list === null ? [] : [list];
  });
}

function toneOfCondition(condition: Said): Tone | undefined {
  const polarity = polarityOf(condition.type);
  if (condition.stale) return polarity === 'good' ? 'busy' : undefined;
  const reason = toneOf(condition.reason);
  if (polarity === undefined) return condition.status === 'False' && reason === 'bad' ? 'bad' : undefined;
  return TABLE[polarity][condition.status](reason);
}

type Polarity = 'good' | 'bad' | 'busy' | 'suspended';
type ByReason = (reason: Tone | undefined) => Tone | undefined;

const nothing: ByReason = () => undefined;
const ifBad: ByReason = (reason) => (reason === 'bad' ? 'bad' : undefined);

/** What a condition says by the polarity of its type, its status, and the tone of its reason. Total. */
const TABLE: Readonly<Record<Polarity, Readonly<Record<Said['status'], ByReason>>>> = {
  good: {
    // A bad reason outranks the status.
    True: (reason) => (reason === 'bad' ? 'bad' : 'good'),
    False: (reason) => (reason === 'bad' || reason === 'busy' || reason === 'suspended' ? reason : 'lacking'),
    Unknown: (reason) => (reason === 'bad' || reason === 'suspended' ? reason : 'busy'),
  },
  bad: { True: () => 'bad', False: () => 'good', Unknown: nothing },
  busy: {
    // `Progressing=True, reason: NewReplicaSetAvailable` has arrived.
    True: (reason) => (reason === 'good' ? undefined : reason === 'bad' ? 'bad' : 'busy'),
    False: ifBad,
    Unknown: ifBad,
  },
  suspended: { True: () => 'suspended', False: nothing, Unknown: nothing },
};

/** The polarity of a type. `Running` and `Scheduled` are neutral: a running object may be an unfinished job. */
function polarityOf(type: string): Polarity | undefined {
  const last = wordsOf(type).at(-1);
  if (last === undefined || last === 'running' || last === 'scheduled') return undefined;
  const tone = toneOf(type);
  // `NotReady`, `Unavailable`. A warning is reported, but is not a verdict.
  if (tone === 'lacking') return last === 'warning' ? undefined : 'bad';
  return tone === 'unknown' ? undefined : tone;
}

/** Conditions are a list of maps; some operators write a map by type, or null, and none of it may throw. */
function readConditions(value: unknown, generation = 0): readonly Said[] {
  const named: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((item) => [textOf(recordOf(item)?.type), item])
    : Object.entries(recordOf(value) ?? {});
  return named.flatMap(([type, item]) => {
    const condition =
      recordOf(item) ??
      (typeof item === 'string' || typeof item === 'boolean' ? { status: item } : undefined);
    if (condition === undefined || type === '') return [];
    const { observedGeneration } = condition;
    return [
      {
        type,
        status: statusOf(condition.status),
        reason: textOf(condition.reason),
        ...(textOf(condition.message) ? { message: textOf(condition.message) } : {}),
        stale: typeof observedGeneration === 'number' && observedGeneration < generation,
      },
    ];
  });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function statusOf(value: unknown): Said['status'] {
  const text = String(value).toLowerCase();
  return text === 'true' ? 'True' : text === 'false' ? 'False' : 'Unknown';
}
