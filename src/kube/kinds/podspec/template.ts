import { type FieldError, invalid, notSupported, required } from '../../values/fielderrors.ts';
import { matches, selectorOf } from '../../values/selectors.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import { immutable, isEmptySelector, labelSelector, labels, none } from '../checks/checks.ts';
import { objectAt, textAt } from '../checks/read.ts';
import { validatePodSpec } from './podspec.ts';

/** Selector, template and that they fit: common to all workloads of apps/v1 (Kubernetes `pkg/apis/apps/validation/validation.go`). */
export function validateSelected(spec: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const selector = objectAt(spec, 'selector');
  const template = objectAt(spec, 'template');
  const templateLabels = objectAt(objectAt(template, 'metadata'), 'labels');
  const requirements = selectorOf(selector) ?? [];
  const isForeign =
    !isEmptySelector(selector) && !matches(requirements, templateLabels as Record<string, string>);
  return [
    ...(spec.selector === undefined ? [required('spec.selector')] : labelSelector(selector, 'spec.selector')),
    ...(spec.selector !== undefined && isEmptySelector(selector)
      ? [invalid('spec.selector', selector, 'empty selector is invalid for deployment')]
      : []),
    ...(spec.template === undefined ? [required('spec.template')] : none),
    ...(isForeign
      ? [
          invalid(
            'spec.template.metadata.labels',
            templateLabels,
            '`selector` does not match template `labels`',
          ),
        ]
      : []),
    ...validateTemplate(template, 'spec.template', ['Always']),
    ...(old ? immutable('spec.selector', spec.selector, objectAt(old, 'spec').selector) : none),
  ];
}

/** A pod template at `path` (`spec.template`; `spec.jobTemplate.spec.template` of a CronJob), which may restart its pods in these ways. */
export function validateTemplate(
  template: JsonObject,
  path: string,
  restartPolicies: readonly string[],
): readonly FieldError[] {
  const podSpec = objectAt(template, 'spec');
  const restartPolicy = textAt(podSpec, 'restartPolicy');
  return [
    ...labels(objectAt(objectAt(template, 'metadata'), 'labels'), `${path}.metadata.labels`),
    ...validatePodSpec(podSpec, `${path}.spec`),
    ...(restartPolicy !== '' && !restartPolicies.includes(restartPolicy)
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
