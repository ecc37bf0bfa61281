import { podTemplateOf } from '../../../kube/kinds/podspec/places.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { selectorMatches } from '../../../kube/values/selectors.ts';
import { gvkOf, type KubeObject } from '../../../kube/values/types.ts';
import { nameOf, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

type Labels = Readonly<Record<string, string>>;

export const serviceWithoutPods: Rule = {
  name: 'service-without-pods',
  severity: 'warning',
  finds: 'A Service whose selector matches none of the pods that are delivered with it.',
  remedy: 'Write labels that the pods have into spec.selector.',
  check: ({ objects }) => {
    const pods = objects.flatMap(({ object }) => podLabels(object));
    // What brings no pods may select those of another app, or what an operator makes of a custom resource.
    if (pods.length === 0) return [];
    return objects.flatMap((linted) => {
      const { object } = linted;
      const { spec } = object as { spec?: unknown };
      if (object.kind !== 'Service' || object.apiVersion !== 'v1' || !isObject(spec)) return [];
      const { selector } = spec;
      if (!isObject(selector) || Object.keys(selector).length === 0) return [];
      const matchLabels = selector as Labels;
      if (pods.some((labels) => selectorMatches({ matchLabels }, labels))) return [];
      return [remarkOn(linted, '/spec/selector', `${nameOf(linted)} selects no pods of this app`)];
    });
  },
};

function podLabels(object: KubeObject): Labels[] {
  const { group, kind } = gvkOf(object);
  const template = podTemplateOf({ group, kind }, object);
  if (!template) return [];
  const { metadata } = template;
  return [isObject(metadata) && isObject(metadata.labels) ? (metadata.labels as Labels) : {}];
}
