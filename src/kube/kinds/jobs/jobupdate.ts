import { deepEqual } from '../../values/equal.ts';
import { type FieldError, invalid } from '../../values/fielderrors.ts';
import type { JsonObject } from '../../values/types.ts';
import { immutable, none } from '../checks/checks.ts';
import { objectAt } from '../checks/read.ts';

const FIXED = [
  'selector',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
];

/** What may be changed of a Job: its parallelism, its limits, and where its pods go before it starts (`ValidateJobSpecUpdate`). */
export function validateJobUpdate(job: JsonObject, old: JsonObject): readonly FieldError[] {
  const [spec, before] = [objectAt(job, 'spec'), objectAt(old, 'spec')];
  return [
    ...validateCompletions(spec, before),
    ...FIXED.flatMap((key) => immutable(`spec.${key}`, spec[key], before[key])),
    ...validateTemplateUpdate(spec, old),
  ];
}

/** The size of an indexed Job may change as a whole. */
function validateCompletions(spec: JsonObject, before: JsonObject): readonly FieldError[] {
  if (spec.completionMode !== 'Indexed') {
    return immutable('spec.completions', spec.completions, before.completions);
  }
  const isSame = deepEqual(spec.completions, before.completions);
  return isSame || spec.completions === undefined || spec.completions === spec.parallelism
    ? none
    : [invalid('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism')];
}

/** While it is suspended and none of its pods run, they may be sent elsewhere, and ask for other resources (KEP-2926, KEP-5440). */
function validateTemplateUpdate(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const [template, before] = [objectAt(spec, 'template'), objectAt(objectAt(old, 'spec'), 'template')];
  const isSuspended = objectAt(old, 'spec').suspend === true;
  const hasStarted = objectAt(old, 'status').startTime !== undefined;
  if (!isSuspended || hasStarted) return immutable('spec.template', template, before);
  return deepEqual(withoutPlacement(template), withoutPlacement(before))
    ? none
    : [invalid('spec.template', template, 'field is immutable')];
}

function withoutPlacement(template: JsonObject): JsonObject {
  const { labels: _, annotations: __, ...metadata } = objectAt(template, 'metadata');
  const {
    nodeSelector: ___,
    tolerations: ____,
    schedulingGates: _____,
    ...spec
  } = objectAt(template, 'spec');
  const { nodeAffinity: ______, ...affinity } = objectAt(spec, 'affinity');
  return { ...template, metadata, spec: { ...spec, affinity } };
}
