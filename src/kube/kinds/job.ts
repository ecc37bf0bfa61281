import { type FieldError, invalid, required } from '../values/fielderrors.ts';
import { dns1123Label } from '../values/names.ts';
import { matches, selectorOf } from '../values/selectors.ts';
import type { JsonObject } from '../values/types.ts';
import { labelSelector, none } from './checks/checks.ts';
import { numberAt, objectAt, textAt } from './checks/read.ts';
import { validateJobSpec } from './jobs/jobspec.ts';
import { validateJobStatus } from './jobs/jobstatus.ts';
import { validateJobUpdate } from './jobs/jobupdate.ts';
import { fits, labelledAsTemplate } from './podspec/template.ts';
import { JOBS } from './resources.data.ts';
import type { KindRow } from './row.ts';
import { readField } from './selectable.ts';

export const JOB: KindRow = {
  resource: JOBS,
  applyOrder: 240,
  validate: validateJob,
  defaults: {
    'batch.v1.Job': { complete: (job) => labelledAsTemplate(completeJob(job)) },
    'batch.v1.PodFailurePolicyOnPodConditionsPattern': { members: { status: 'True' } },
  },
  selectable: { 'status.successful': (job) => readField(job, 'status.succeeded') ?? 0 },
  recreatable: ['spec.template', 'spec.selector', 'spec.completions', 'spec.completionMode'],
};

/** Of a Job, and not of the Jobs that a CronJob will make: they are completed when they are made. */
function completeJob(job: JsonObject): JsonObject {
  const spec = objectAt(job, 'spec');
  const isSet = (member: string) => spec[member] !== undefined && spec[member] !== null;
  const defaults: JsonObject = {
    ...(isSet('parallelism') ? {} : { completions: 1 }),
    parallelism: 1,
    backoffLimit: isSet('backoffLimitPerIndex') ? 2 ** 31 - 1 : 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: isSet('podFailurePolicy') ? 'Failed' : 'TerminatingOrFailed',
    manualSelector: false,
  };
  const missing = Object.entries(defaults).filter(([member]) => !isSet(member));
  return missing.length === 0 ? job : { ...job, spec: { ...spec, ...Object.fromEntries(missing) } };
}

/** Kubernetes `pkg/apis/batch/validation/validation.go`, ValidateJob. */
function validateJob(job: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(job, 'spec');
  return [
    ...validateGenerated(job),
    ...validateJobSpec(spec, 'spec'),
    ...validateSelector(spec),
    ...(old ? [...validateJobUpdate(job, old), ...validateJobStatus(job, old)] : validateHostNames(job)),
  ];
}

function validateSelector(spec: JsonObject): readonly FieldError[] {
  if (spec.selector === undefined) return [required('spec.selector')];
  const selector = objectAt(spec, 'selector');
  return [
    ...labelSelector(selector, 'spec.selector'),
    ...fits(selector, objectAt(spec, 'template'), 'spec.template'),
  ];
}

/** A Job that does not bring a selector has the one that the server makes, and so do its pods. */
function validateGenerated(job: JsonObject): readonly FieldError[] {
  const spec = objectAt(job, 'spec');
  const metadata = objectAt(job, 'metadata');
  if (spec.manualSelector === true || spec.selector === undefined) return none;
  const labels = objectAt(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels');
  const [name, uid] = [textAt(metadata, 'name'), textAt(metadata, 'uid')];
  const expected = {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  };
  return [
    ...Object.entries(expected).flatMap(([label, value]) => {
      if (labels[label] === value) return none;
      const field = `spec.template.metadata.labels[${label}]`;
      const problem = `must be '${value}'`;
      return [labels[label] === undefined ? required(field, problem) : invalid(field, labels, problem)];
    }),
    ...(matches(selectorOf(objectAt(spec, 'selector')) ?? [], expected)
      ? none
      : [invalid('spec.selector', spec.selector, '`selector` not auto-generated')]),
  ];
}

/** A pod of an indexed Job is called after it and its index. */
function validateHostNames(job: JsonObject): readonly FieldError[] {
  const completions = numberAt(objectAt(job, 'spec'), 'completions') ?? 0;
  if (objectAt(job, 'spec').completionMode !== 'Indexed' || completions <= 0) return none;
  const name = textAt(objectAt(job, 'metadata'), 'name');
  const longest = `${name}-${completions - 1}`;
  return dns1123Label(longest) === undefined
    ? none
    : [invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${longest}`)];
}
