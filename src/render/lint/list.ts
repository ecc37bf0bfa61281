import type { Rule } from './rule.ts';
import { chartDependencies } from './rules/chart-dependencies.ts';
import { chartIcon } from './rules/chart-icon.ts';
import { chartYaml } from './rules/chart-yaml.ts';
import { duplicateObject } from './rules/duplicate-object.ts';
import { hostNamespace } from './rules/host-namespace.ts';
import { hostPath } from './rules/host-path.ts';
import { imageTag } from './rules/image-tag.ts';
import { kubernetesSchema } from './rules/kubernetes-schema.ts';
import { missingLabels } from './rules/missing-labels.ts';
import { missingProbe } from './rules/missing-probe.ts';
import { missingResources } from './rules/missing-resources.ts';
import { plainSecret } from './rules/plain-secret.ts';
import { privilegeEscalation } from './rules/privilege-escalation.ts';
import { privileged } from './rules/privileged.ts';
import { removedApi } from './rules/removed-api.ts';
import { render } from './rules/render.ts';
import { renderWarning } from './rules/render-warning.ts';
import { runAsRoot } from './rules/run-as-root.ts';
import { selectorMismatch } from './rules/selector-mismatch.ts';
import { serviceWithoutPods } from './rules/service-without-pods.ts';
import { unknownField } from './rules/unknown-field.ts';
import { unknownValue } from './rules/unknown-value.ts';
import { unusedValue } from './rules/unused-value.ts';
import { valuesSchema } from './rules/values-schema.ts';
import { yamlTrap } from './rules/yaml-trap.ts';

/** Every rule, in the order of docs/charts.md. A new one is a file beside these and a line here. */
export const RULES: readonly Rule[] = [
  ...[render, renderWarning, chartYaml, chartIcon, chartDependencies],
  ...[valuesSchema, unknownValue, unusedValue, yamlTrap],
  ...[kubernetesSchema, unknownField, removedApi, duplicateObject, selectorMismatch, serviceWithoutPods],
  ...[missingProbe, missingResources, missingLabels],
  ...[imageTag, privileged, privilegeEscalation, runAsRoot, hostPath, hostNamespace, plainSecret],
];
