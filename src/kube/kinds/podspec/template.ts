import { type FieldError, forbidden, invalid, notSupported, required } from '../../values/fielderrors.ts';
import { matches, selectorOf } from '../../values/selectors.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import { immutable, isEmptySelector, labelSelector, labels, none } from '../checks/checks.ts';
import { listAt, objectAt, textAt } from '../checks/read.ts';
import { validatePodSpec } from './podspec.ts';

/** What errors call a kind: in the message about an empty selector, and about a deadline of its pods. */
export interface SelectedKind {
  readonly selector: string;
  readonly deadline: string;
}

/** Selector, template and that they fit: common to all workloads of apps/v1 (Kubernetes `pkg/apis/apps/validation/validation.go`). */
export function validateSelected(
  spec: JsonObject,
  kind: SelectedKind,
  old?: JsonObject,
): readonly FieldError[] {
  const selector = objectAt(spec, 'selector');
  const template = objectAt(spec, 'template');
  return [
    ...(spec.selector === undefined ? [required('spec.selector')] : labelSelector(selector, 'spec.selector')),
    ...(spec.selector !== undefined && isEmptySelector(selector)
      ? [invalid('spec.selector', selector, `empty selector is invalid for ${kind.selector}`)]
      : []),
    ...(spec.template === undefined ? [required('spec.template')] : none),
    ...(isEmptySelector(selector) ? none : fits(selector, template, 'spec.template')),
    ...validateTemplate(template, 'spec.template', ['Always']),
    ...withoutDeadline(template, kind.deadline),
    ...(old ? immutable('spec.selector', spec.selector, objectAt(old, 'spec').selector) : none),
  ];
}

/** Pods of the template must be among those that are selected. */
export function fits(selector: JsonObject, template: JsonObject, path: string): readonly FieldError[] {
  const own = objectAt(objectAt(template, 'metadata'), 'labels');
  return matches(selectorOf(selector) ?? [], own as Record<string, string>)
    ? none
    : [invalid(`${path}.metadata.labels`, own, '`selector` does not match template `labels`')];
}

/** Pods that are replaced when they end have no time by which they must. */
export const withoutDeadline = (template: JsonObject, kind: string): readonly FieldError[] =>
  objectAt(template, 'spec').activeDeadlineSeconds === undefined
    ? none
    : [
        forbidden(
          'spec.template.spec.activeDeadlineSeconds',
          `activeDeadlineSeconds in ${kind} is not Supported`,
        ),
      ];

/**
 * A pod template at `path` (`spec.template`; `spec.jobTemplate.spec.template` of a CronJob), which may restart its pods in these ways;
 * left out: in any.
 */
export function validateTemplate(
  template: JsonObject,
  path: string,
  restartPolicies?: readonly string[],
): readonly FieldError[] {
  const podSpec = objectAt(template, 'spec');
  const restartPolicy = textAt(podSpec, 'restartPolicy');
  return [
    ...labels(objectAt(objectAt(template, 'metadata'), 'labels'), `${path}.labels`),
    ...validatePodSpec(podSpec, `${path}.spec`),
    ...(listAt(podSpec, 'ephemeralContainers').length > 0
      ? [forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
      : none),
    ...(restartPolicies && restartPolicy !== '' && !restartPolicies.includes(restartPolicy)
      ? [notSupported(`${path}.spec.restartPolicy`, restartPolicy, restartPolicies)]
      : []),
  ];
}

/** A Job or ReplicationController without labels of its own takes those of its template. */
export function labelledAsTemplate(object: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata');
  const template = objectAt(objectAt(object, 'spec'), 'template');
  const labels = objectAt(objectAt(template, 'metadata'), 'labels');
  if (Object.keys(labels).length === 0 || Object.keys(objectAt(metadata, 'labels')).length > 0) return object;
  return { ...object, metadata: { ...metadata, labels } };
}

/** The default of `rollingUpdate` beside `type`. */
export const whenRolling = (self: JsonObject): Json | undefined =>
  self.type === 'RollingUpdate' ? {} : undefined;
