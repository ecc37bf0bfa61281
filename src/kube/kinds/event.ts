import { type FieldError, invalid } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { none } from './checks/checks.ts';
import { objectAt, textAt } from './checks/read.ts';
import { EVENTS, EVENTS_K8S_IO_EVENTS } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow, noRules } from './row.ts';
import { plainFields, readField } from './selectable.ts';

const SUBJECT = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const;

export const EVENT: KindRow = {
  resource: EVENTS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateEvent,
  selectable: {
    ...plainFields(...SUBJECT.map((field) => `involvedObject.${field}`)),
    ...plainFields('reason', 'reportingComponent', 'type'),
    source: (event) => readField(event, 'source.component') ?? readField(event, 'reportingComponent'),
  },
};

/** The same objects in their newer notation. */
export const EVENTS_K8S_IO_EVENT: KindRow = {
  resource: EVENTS_K8S_IO_EVENTS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: noRules,
  selectable: {
    ...plainFields(...SUBJECT.map((field) => `regarding.${field}`)),
    ...plainFields('reason', 'reportingController', 'type'),
  },
};

function validateEvent(event: JsonObject): readonly FieldError[] {
  const involved = textAt(objectAt(event, 'involvedObject'), 'namespace') || 'default';
  const namespace = textAt(objectAt(event, 'metadata'), 'namespace');
  const isFine = namespace === '' || involved === namespace;
  return isFine ? none : [invalid('involvedObject.namespace', involved, 'does not match event.namespace')];
}
