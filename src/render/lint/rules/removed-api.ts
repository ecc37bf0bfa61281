import type { Rule } from '../rule.ts';

export const removedApi: Rule = {
  name: 'removed-api',
  severity: 'warning',
  finds: 'An API version that Kubernetes has removed; a delivery upgrades the object.',
  remedy: 'Write the version that is served.',
  check: ({ objects }) =>
    objects.flatMap(({ object, removed, at }) =>
      removed ? [{ ...removed, place: at('/apiVersion'), object }] : [],
    ),
};
