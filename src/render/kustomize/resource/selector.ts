import type { Place } from '../../../base/place.ts';
import { compileRegex, type Regex } from '../../../kube/values/pattern.ts';
import { matches, parseSelector, type Requirement } from '../../../kube/values/selectors.ts';
import { refuse } from '../errors.ts';
import { effectiveNamespace, type Gvk } from './id.ts';
import type { Resource } from './resource.ts';

/** The `target` of a patch, `select` and `reject` of a replacement: expressions that must match the whole; '': anything. */
export interface Selector extends Gvk {
  readonly name: string;
  readonly namespace: string;
  readonly labelSelector: string;
  readonly annotationSelector: string;
  readonly place: Place;
}

/** A selector that can be asked (api `types/selector.go`). */
export interface Matcher {
  gvk(gvk: Gvk): boolean;
  name(name: string): boolean;
  namespace(namespace: string): boolean;
  labels(resource: Resource): boolean;
}

/** @throws ProblemError for an expression that cannot be read */
export function matcherOf(selector: Selector): Matcher {
  const { place } = selector;
  const [group, version, kind, name, namespace] = (
    ['group', 'version', 'kind', 'name', 'namespace'] as const
  ).map((field) => wholeMatch(selector[field], field, place));
  const labels = requirements(selector.labelSelector, 'labelSelector', place);
  const annotations = requirements(selector.annotationSelector, 'annotationSelector', place);
  const test = (regex: Regex | undefined, text: string): boolean => regex === undefined || regex.test(text);
  return {
    gvk: (gvk) => test(group, gvk.group) && test(version, gvk.version) && test(kind, gvk.kind),
    name: (text) => test(name, text),
    namespace: (text) => test(namespace, text),
    labels: (resource) =>
      matches(labels, Object.fromEntries(resource.labels)) &&
      matches(annotations, Object.fromEntries(resource.annotations)),
  };
}

function wholeMatch(pattern: string, field: string, place: Place): Regex | undefined {
  if (pattern === '') return undefined;
  const compiled = compileRegex(`^(?:${pattern})$`);
  if (compiled.ok) return compiled.value;
  throw refuse(
    `The ${field} of this selector is not a regular expression: ${compiled.problems[0].message}`,
    place,
    'Selectors are regular expressions (RE2): put a backslash before characters that mean themselves.',
  );
}

function requirements(text: string, field: string, place: Place): readonly Requirement[] {
  const parsed = parseSelector(text);
  if (parsed.ok) return parsed.value;
  throw refuse(`The ${field} of this selector cannot be read: ${parsed.problems[0].message}`, place);
}

/** What the target of a patch selects: by what a resource is called now, or was called at first (`resWrangler.Select`). */
export function select(resources: readonly Resource[], selector: Selector): Resource[] {
  const matcher = matcherOf(selector);
  return resources.filter((resource) => {
    const [current, original] = [resource.id, resource.originalId];
    return (
      [original, current].some((id) => matcher.namespace(effectiveNamespace(id))) &&
      [original, current].some((id) => matcher.name(id.name)) &&
      matcher.gvk(resource.gvk) &&
      matcher.labels(resource)
    );
  });
}
