import { applyDefaults } from '../../../kube/rules/defaults.ts';
import { validateObject } from '../../../kube/rules/validate.ts';
import { builtinSchema } from '../../../kube/schema/schema.ts';
import { validateTypes } from '../../../kube/schema/typecheck.ts';
import type { FieldError } from '../../../kube/values/fielderrors.ts';
import { gvkOf, type KubeObject } from '../../../kube/values/types.ts';
import { nameOf, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

export const kubernetesSchema: Rule = {
  name: 'kubernetes-schema',
  severity: 'error',
  finds:
    'What the API server would refuse of a built-in kind: a wrong type, a missing field, a value out of its range.',
  remedy: 'Correct the field: kubectl explain says what may stand there.',
  check: ({ objects }) =>
    objects.flatMap((linted) =>
      errorsOf(linted.object).map(({ field, message }) =>
        remarkOn(linted, pointerOf(field), `${nameOf(linted)}: ${field}: ${message}`),
      ),
    ),
};

/** First the types, as the other rules rely on them. Of a kind that is not built in nothing is known. */
function errorsOf(object: KubeObject): readonly FieldError[] {
  const gvk = gvkOf(object);
  const schema = builtinSchema(gvk);
  if (!schema) return [];
  const types = validateTypes(schema, object);
  if (types.length > 0) return types;
  const given = GIVEN_BY_SERVER[`${gvk.group}/${gvk.kind}`] ?? [];
  return validateObject(gvk, applyDefaults(schema, object)).filter(({ field }) => !given.includes(field));
}

/** What the API server itself writes into an object that is made (pkg/registry/batch/job/strategy.go, `generateSelector`). */
const GIVEN_BY_SERVER: Readonly<Record<string, readonly string[]>> = {
  'batch/Job': ['spec.selector', 'spec.template.metadata.labels'],
};

/** `spec.containers[0].name` → `/spec/containers/0/name` */
function pointerOf(field: string): string {
  const segments = field.match(/[^.[\]]+|\[[^\]]*\]/g) ?? [];
  return segments
    .map((segment) =>
      segment
        .replace(/^\[(.*)\]$/, '$1')
        .replaceAll('~', '~0')
        .replaceAll('/', '~1'),
    )
    .map((segment) => `/${segment}`)
    .join('');
}
