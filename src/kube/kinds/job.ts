import { type FieldError, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, immutable, none } from './checks/checks.ts';
import { objectAt } from './checks/read.ts';
import { labelledAsTemplate, validateTemplate } from './podspec/template.ts';
import { JOBS } from './resources.data.ts';
import type { KindRow } from './row.ts';
import { readField } from './selectable.ts';

const isSet = (self: JsonObject, member: string) => self[member] !== undefined && self[member] !== null;

export const JOB: KindRow = {
  resource: JOBS,
  applyOrder: 240,
  validate: validateJob,
  defaults: {
    'batch.v1.Job': { complete: labelledAsTemplate },
    'batch.v1.JobSpec': {
      members: {
        completions: (self) => (isSet(self, 'parallelism') ? undefined : 1),
        parallelism: 1,
        backoffLimit: (self) => (isSet(self, 'backoffLimitPerIndex') ? 2 ** 31 - 1 : 6),
        completionMode: 'NonIndexed',
        suspend: false,
        podReplacementPolicy: (self) => (isSet(self, 'podFailurePolicy') ? 'Failed' : 'TerminatingOrFailed'),
        manualSelector: false,
      },
    },
    'batch.v1.PodFailurePolicyOnPodConditionsPattern': { members: { status: 'True' } },
  },
  selectable: { 'status.successful': (job) => readField(job, 'status.succeeded') ?? 0 },
  recreatable: ['spec.template', 'spec.selector', 'spec.completions', 'spec.completionMode'],
};

/** Kubernetes `pkg/apis/batch/validation/validation.go`. */
function validateJob(job: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(job, 'spec');
  return [
    ...[
      'parallelism',
      'completions',
      'backoffLimit',
      'activeDeadlineSeconds',
      'ttlSecondsAfterFinished',
    ].flatMap((key) => atLeast(spec, key, 'spec', 0)),
    ...(spec.template === undefined
      ? [required('spec.template')]
      : validateTemplate(objectAt(spec, 'template'), 'spec.template', ['OnFailure', 'Never'])),
    ...(old ? validateJobUpdate(spec, objectAt(old, 'spec')) : none),
  ];
}

/** `ValidateJobSpecUpdate`. A template may still be scheduled otherwise before a suspended Job has started. */
function validateJobUpdate(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const indexed = spec.completionMode === 'Indexed';
  return [
    ...(indexed ? none : immutable('spec.completions', spec.completions, old.completions)),
    ...immutable('spec.selector', spec.selector, old.selector),
    ...(old.suspend === true ? none : immutable('spec.template', spec.template, old.template)),
    ...immutable('spec.completionMode', spec.completionMode, old.completionMode),
  ];
}
