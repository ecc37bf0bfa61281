import { deepEqual } from '../../values/equal.ts';
import { duplicate, type FieldError, invalid, required } from '../../values/fielderrors.ts';
import type { JsonObject } from '../../values/types.ts';
import { atLeast, none } from '../checks/checks.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../checks/read.ts';
import { countIndexes, sharedIndex } from './indexes.ts';

/**
 * The status of a Job, which controllers other than Kubernetes' own may write: what has ended stays so, and what a status says fits
 * together (`pkg/apis/batch/validation/validation.go` ValidateJobStatusUpdate; which rule holds for which change:
 * `pkg/registry/batch/job/strategy.go` getStatusValidationOptions).
 */
export function validateJobStatus(job: JsonObject, old: JsonObject): readonly FieldError[] {
  const [next, before] = [stateOf(job), stateOf(old)];
  if (deepEqual(next.status, before.status)) return none;
  return [
    ...['active', 'succeeded', 'failed', 'ready', 'terminating'].flatMap((key) =>
      atLeast(next.status, key, 'status', 0),
    ),
    ...uncounted(next.status),
    ...RULES.filter(({ of, broken }) => hasChanged(of, next, before) && broken(next, before)).map(
      ({ says }) => says(next),
    ),
    ...validateIndexes(next, before),
  ];
}

interface State {
  readonly spec: JsonObject;
  readonly status: JsonObject;
  readonly is: (condition: string) => boolean;
  readonly isFinished: boolean;
  readonly isIndexed: boolean;
}

function stateOf(job: JsonObject): State {
  const [spec, status] = [objectAt(job, 'spec'), objectAt(job, 'status')];
  const met = new Set(
    objectsAt(status, 'conditions').flatMap((one) => (one.status === 'True' ? [textAt(one, 'type')] : [])),
  );
  return {
    spec,
    status,
    is: (condition) => met.has(condition),
    isFinished: met.has('Complete') || met.has('Failed'),
    isIndexed: spec.completionMode === 'Indexed',
  };
}

/** A rule is looked at when one of these has changed: `finished`, a condition, or a member of the status. Absent: always. */
interface Rule {
  readonly of?: readonly string[];
  readonly broken: (next: State, before: State) => boolean;
  readonly says: (next: State) => FieldError;
}

function hasChanged(of: readonly string[] | undefined, next: State, before: State): boolean {
  if (of === undefined) return true;
  return of.some((what) => {
    if (what === 'finished') return next.isFinished !== before.isFinished;
    if (/^[A-Z]/.test(what)) return next.is(what) !== before.is(what);
    return !deepEqual(next.status[what] ?? null, before.status[what] ?? null);
  });
}

const conditions = (problem: string) => (): FieldError => ({
  field: 'status.conditions',
  reason: 'Invalid',
  message: `Invalid value: ${problem}`,
});
const member =
  (key: string, problem: string) =>
  ({ status }: State) =>
    invalid(`status.${key}`, status[key] ?? null, problem);
const missing = (key: string, problem: string) => () => required(`status.${key}`, problem);
const count = ({ status }: State, key: string): number => numberAt(status, key) ?? 0;
const time = ({ status }: State, key: string): number => Date.parse(textAt(status, key));

const disabled = (condition: string): Rule => ({
  broken: (next, before) => before.is(condition) && !next.is(condition),
  says: conditions(`cannot disable the terminal ${condition}=True condition`),
});

const together = (one: string, other: string, problem: string, of?: readonly string[]): Rule => ({
  ...(of ? { of } : {}),
  broken: ({ is }) => is(one) && is(other),
  says: conditions(problem),
});

const RULES: readonly Rule[] = [
  together('Complete', 'Failed', 'cannot set Complete=True and Failed=true conditions', [
    'Complete',
    'Failed',
  ]),
  together('Complete', 'FailureTarget', 'cannot set Complete=True and FailureTarget=true conditions', [
    'Complete',
    'FailureTarget',
  ]),
  together('SuccessCriteriaMet', 'Failed', 'cannot set SuccessCriteriaMet=True and Failed=true conditions'),
  together(
    'SuccessCriteriaMet',
    'FailureTarget',
    'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
  ),
  {
    of: ['Complete', 'completionTime'],
    broken: ({ status, is }) => status.completionTime !== undefined && !is('Complete'),
    says: member('completionTime', 'cannot set completionTime when there is no Complete=True condition'),
  },
  {
    of: ['Complete', 'completionTime'],
    broken: ({ status, is }) => status.completionTime === undefined && is('Complete'),
    says: missing('completionTime', 'completionTime is required for Complete jobs'),
  },
  {
    of: ['startTime', 'completionTime'],
    broken: (next) => time(next, 'completionTime') < time(next, 'startTime'),
    says: member('completionTime', 'must be equal to or after `startTime`'),
  },
  {
    of: ['Failed', 'failedIndexes'],
    broken: ({ is }) => is('Failed') && !is('FailureTarget'),
    says: conditions('cannot set Failed=True condition without the FailureTarget=true condition'),
  },
  {
    of: ['Complete', 'SuccessCriteriaMet'],
    broken: ({ is }) => is('Complete') && !is('SuccessCriteriaMet'),
    says: conditions('cannot set Complete=True condition without the SuccessCriteriaMet=true condition'),
  },
  {
    of: ['finished', 'active'],
    broken: (next) => next.isFinished && count(next, 'active') > 0,
    says: member('active', 'active>0 is invalid for finished job'),
  },
  {
    of: ['finished', 'startTime'],
    broken: ({ status, spec, isFinished }) =>
      isFinished && status.startTime === undefined && !(spec.suspend === true && spec.completions === 0),
    says: missing('startTime', 'startTime is required for finished job'),
  },
  {
    of: ['finished', 'uncountedTerminatedPods'],
    broken: ({ status, isFinished }) => isFinished && uncountedOf(status).length > 0,
    says: member('uncountedTerminatedPods', 'must be empty for finished job'),
  },
  {
    of: ['finished', 'terminating'],
    broken: (next) => next.isFinished && count(next, 'terminating') > 0,
    says: member('terminating', 'terminating>0 is invalid for finished job'),
  },
  {
    of: ['ready', 'active'],
    broken: (next) => count(next, 'ready') > count(next, 'active'),
    says: member('ready', 'cannot set more ready pods than active'),
  },
  ...['Failed', 'Complete', 'FailureTarget'].map(disabled),
  {
    broken: (next, before) => count(next, 'failed') < count(before, 'failed'),
    says: member('failed', 'cannot decrease the failed counter'),
  },
  {
    // A Job whose size may change can lose pods that had succeeded.
    broken: (next, before) =>
      count(next, 'succeeded') < count(before, 'succeeded') &&
      !(next.isIndexed && next.spec.completions === next.spec.parallelism),
    says: member('succeeded', 'cannot decrease the succeeded counter'),
  },
  {
    broken: ({ status }, before) =>
      status.completionTime !== undefined &&
      before.status.completionTime !== undefined &&
      status.completionTime !== before.status.completionTime,
    says: member('completionTime', 'field is immutable'),
  },
  {
    of: ['startTime'],
    broken: (next, before) =>
      before.status.startTime !== undefined &&
      next.spec.suspend !== true &&
      !(before.is('Suspended') && !next.is('Suspended')),
    says: missing('startTime', 'startTime cannot be removed for unsuspended job'),
  },
  {
    broken: (next, before) => before.is('SuccessCriteriaMet') && !next.is('SuccessCriteriaMet'),
    says: conditions('cannot disable the SuccessCriteriaMet=True condition'),
  },
];

const uncountedOf = (status: JsonObject): readonly string[] => {
  const lists = objectAt(status, 'uncountedTerminatedPods');
  return [...listAt(lists, 'succeeded'), ...listAt(lists, 'failed')].map(String);
};

function uncounted(status: JsonObject): readonly FieldError[] {
  const seen = new Set<string>();
  const lists = objectAt(status, 'uncountedTerminatedPods');
  return ['succeeded', 'failed'].flatMap((list) =>
    listAt(lists, list).flatMap((uid, i): readonly FieldError[] => {
      const field = `status.uncountedTerminatedPods.${list}[${i}]`;
      if (uid === '') return [invalid(field, uid, 'must not be empty')];
      if (seen.has(String(uid))) return [duplicate(field, uid)];
      seen.add(String(uid));
      return none;
    }),
  );
}

function validateIndexes(next: State, before: State): readonly FieldError[] {
  const { spec, status, isIndexed } = next;
  const completions = numberAt(spec, 'completions');
  const changed = ['completedIndexes', 'failedIndexes'].filter((key) => hasChanged([key], next, before));
  if (changed.length === 0) return none;
  const [completed, failed] = [textAt(status, 'completedIndexes'), textAt(status, 'failedIndexes')];
  const shared = sharedIndex(completed, failed, completions ?? 0);
  return [
    ...changed.flatMap((key) => unreadable(key, textAt(status, key), completions)),
    ...(changed.includes('completedIndexes') && completed !== '' && !isIndexed
      ? [
          invalid(
            'status.completedIndexes',
            completed,
            'cannot set non-empty completedIndexes when non-indexed completion mode',
          ),
        ]
      : none),
    ...(changed.includes('failedIndexes') &&
    status.failedIndexes !== undefined &&
    spec.backoffLimitPerIndex === undefined
      ? [
          invalid(
            'status.failedIndexes',
            failed,
            'cannot set non-null failedIndexes when backoffLimitPerIndex is null',
          ),
        ]
      : none),
    ...(shared === undefined
      ? none
      : [
          invalid(
            'status.failedIndexes',
            failed,
            `failedIndexes and completedIndexes overlap at index: ${shared}`,
          ),
        ]),
  ];
}

function unreadable(key: string, text: string, completions: number | undefined): readonly FieldError[] {
  const problem = completions === undefined ? undefined : countIndexes(text, completions);
  return typeof problem === 'string'
    ? [invalid(`status.${key}`, text, `error parsing ${key}: ${problem}`)]
    : none;
}
