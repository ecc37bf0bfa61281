import { scheduleProblem } from '../values/cron.ts';
import { type FieldError, invalid, notSupported, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, none, oneOf } from './checks/checks.ts';
import { objectAt, textAt } from './checks/read.ts';
import { validateJobSpec } from './jobs/jobspec.ts';
import { CRON_JOBS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const CRON_JOB: KindRow = {
  resource: CRON_JOBS,
  applyOrder: 250,
  validate: validateCronJob,
  defaults: {
    'batch.v1.CronJobSpec': {
      members: {
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      },
    },
  },
};

/** A Job is called after its CronJob, with eleven characters more. */
const LONGEST_NAME = 52;
const COUNTS = ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'];

/** Kubernetes `pkg/apis/batch/validation/validation.go`, ValidateCronJobCreate. */
function validateCronJob(cronJob: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(cronJob, 'spec');
  const name = textAt(objectAt(cronJob, 'metadata'), 'name');
  const before = old && objectAt(old, 'spec');
  return [
    ...validateSchedule(spec, before),
    ...(before && before.timeZone === spec.timeZone ? none : validateTimeZone(spec)),
    ...COUNTS.flatMap((key) => atLeast(spec, key, 'spec', 0)),
    ...oneOf(spec, 'concurrencyPolicy', 'spec', ['Allow', 'Forbid', 'Replace']),
    ...validateJobTemplate(objectAt(objectAt(spec, 'jobTemplate'), 'spec')),
    ...(!old && name.length > LONGEST_NAME
      ? [invalid('metadata.name', name, `must be no more than ${LONGEST_NAME} characters`)]
      : none),
  ];
}

function validateSchedule(spec: JsonObject, before: JsonObject | undefined): readonly FieldError[] {
  const schedule = textAt(spec, 'schedule');
  if (schedule === '') return [required('spec.schedule')];
  const problem = scheduleProblem(schedule);
  const namesZone = schedule.includes('TZ');
  const mayNameZone = textAt(before, 'schedule').includes('TZ');
  return [
    ...(problem === undefined ? none : [invalid('spec.schedule', schedule, problem)]),
    ...(namesZone && mayNameZone && spec.timeZone !== undefined
      ? [invalid('spec.schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule')]
      : none),
    ...(namesZone && !mayNameZone
      ? [
          invalid(
            'spec.schedule',
            schedule,
            'cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
          ),
        ]
      : none),
  ];
}

const ZONE_PART = /^(?!-)(?!\.{1,2}$)[A-Za-z._0-9+-]{1,14}$/;

function validateTimeZone(spec: JsonObject): readonly FieldError[] {
  const zone = textAt(spec, 'timeZone');
  if (spec.timeZone === undefined) return none;
  const refuse = (problem: string) => [invalid('spec.timeZone', zone, problem)];
  if (zone === '') return refuse('timeZone must be nil or non-empty string');
  if (!zone.split('/').every((part) => ZONE_PART.test(part))) return refuse(`unknown time zone ${zone}`);
  if (zone.toLowerCase() === 'local') {
    return refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  }
  return isTimeZone(zone) ? none : refuse(`unknown time zone ${zone}`);
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

/** Its Jobs get their selectors when they are made. */
function validateJobTemplate(spec: JsonObject): readonly FieldError[] {
  const path = 'spec.jobTemplate.spec';
  return [
    ...validateJobSpec(spec, path),
    ...(spec.selector === undefined
      ? none
      : [invalid(`${path}.selector`, spec.selector, '`selector` will be auto-generated')]),
    ...(spec.manualSelector === true
      ? [notSupported(`${path}.manualSelector`, true, ['nil', 'false'])]
      : none),
  ];
}
