import { isObject } from '../values/equal.ts';
import { type FieldError, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, immutable, none } from './checks/checks.ts';
import { CONTROLLER_REVISIONS } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const CONTROLLER_REVISION: KindRow = {
  resource: CONTROLLER_REVISIONS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateControllerRevision,
};

/** Kubernetes `pkg/apis/apps/validation/validation.go`: what a revision holds is never changed, its number may be. */
function validateControllerRevision(revision: JsonObject, old?: JsonObject): readonly FieldError[] {
  const { data } = revision;
  const missing =
    data === undefined || data === null ? 'data is mandatory' : 'data must be a valid JSON object';
  return [
    ...atLeast(revision, 'revision', '', 0),
    ...(old ? immutable('data', data, old.data) : isObject(data) ? none : [required('data', missing)]),
  ];
}
