import { type FieldError, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, none } from './checks/checks.ts';
import { objectAt } from './checks/read.ts';
import { countsWithinReplicas } from './checks/replicas.ts';
import { fits, labelledAsTemplate, validateTemplate, withoutDeadline } from './podspec/template.ts';
import { REPLICATION_CONTROLLERS } from './resources.data.ts';
import type { KindRow } from './row.ts';
import { orZero } from './selectable.ts';

export const REPLICATION_CONTROLLER: KindRow = {
  resource: REPLICATION_CONTROLLERS,
  applyOrder: 205,
  validate: validateController,
  defaults: {
    'core.v1.ReplicationController': { complete: (object) => labelledAsTemplate(selectingTemplate(object)) },
    'core.v1.ReplicationControllerSpec': { members: { replicas: 1 } },
  },
  selectable: { 'status.replicas': orZero('status.replicas', 0) },
};

/** Without a selector it selects the pods of its template. */
function selectingTemplate(object: JsonObject): JsonObject {
  const spec = objectAt(object, 'spec');
  const labels = objectAt(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels');
  const isSelecting = Object.keys(objectAt(spec, 'selector')).length > 0;
  if (isSelecting || Object.keys(labels).length === 0) return object;
  return { ...object, spec: { ...spec, selector: labels } };
}

/** Kubernetes `pkg/apis/core/validation/validation.go`, ValidateReplicationController. */
function validateController(controller: JsonObject): readonly FieldError[] {
  const spec = objectAt(controller, 'spec');
  const template = objectAt(spec, 'template');
  const selector = objectAt(spec, 'selector');
  const isSelecting = Object.keys(selector).length > 0;
  return [
    ...['minReadySeconds', 'replicas'].flatMap((key) => atLeast(spec, key, 'spec', 0)),
    ...(isSelecting ? none : [required('spec.selector')]),
    ...(spec.template === undefined
      ? [required('spec.template')]
      : [
          ...(isSelecting ? fits({ matchLabels: selector }, template, 'spec.template') : none),
          ...validateTemplate(template, 'spec.template', ['Always']),
          ...withoutDeadline(template, 'ReplicationController'),
        ]),
    ...countsWithinReplicas(objectAt(controller, 'status'), [
      'fullyLabeledReplicas',
      'readyReplicas',
      'availableReplicas',
    ]),
  ];
}
