import { podTemplateOf } from '../../../kube/kinds/podspec/places.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { type LabelSelector, selectorMatches } from '../../../kube/values/selectors.ts';
import { gvkOf } from '../../../kube/values/types.ts';
import { nameOf, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

const KINDS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

export const selectorMismatch: Rule = {
  name: 'selector-mismatch',
  severity: 'error',
  finds: 'A workload whose selector does not match the labels of its own pods: the API server refuses it.',
  remedy: 'Write the same labels in spec.selector.matchLabels and in spec.template.metadata.labels.',
  check: ({ objects }) =>
    objects.flatMap((linted) => {
      const { object } = linted;
      const { group, kind } = gvkOf(object);
      const template = podTemplateOf({ group, kind }, object);
      const spec = (object as { spec?: unknown }).spec;
      if (!KINDS.has(kind) || !template || !isObject(spec) || !isObject(spec.selector)) return [];
      const labels = isObject(template.metadata) ? template.metadata.labels : undefined;
      const given = isObject(labels) ? (labels as Readonly<Record<string, string>>) : {};
      if (selectorMatches(spec.selector as LabelSelector, given)) return [];
      return [remarkOn(linted, '/spec/selector', `${nameOf(linted)} does not select its own pods`)];
    }),
};
