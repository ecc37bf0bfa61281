import { nameOf, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

/** The two that tools find an application by (kubernetes.io, Recommended Labels). */
const LABELS = ['app.kubernetes.io/name', 'app.kubernetes.io/instance'];

export const missingLabels: Rule = {
  name: 'missing-labels',
  severity: 'info',
  finds:
    'An object without the labels that Kubernetes recommends: app.kubernetes.io/name and app.kubernetes.io/instance.',
  remedy: 'Add the labels; one helper can write them for all templates.',
  check: ({ objects }) =>
    objects.flatMap((linted) => {
      const { labels = {} } = linted.object.metadata;
      const missing = LABELS.filter((label) => !labels[label]);
      if (missing.length === 0 || linted.object.kind === 'CustomResourceDefinition') return [];
      return [
        remarkOn(linted, '/metadata/labels', `${nameOf(linted)} has no label ${missing.join(' and no ')}`),
      ];
    }),
};
