import { type Awaitable, after } from '../../../base/awaitable.ts';
import type { RuleWithOperations } from '../../../kube/kinds/objects.data.ts';
import { compileSelector } from '../../../kube/values/compiledselector.ts';
import { type LabelSelector, type Labels, selectorOf } from '../../../kube/values/selectors.ts';
import { apiVersionOf, type KubeObject } from '../../../kube/values/types.ts';
import type { Store } from '../../store/types.ts';
import { notFound } from '../errors.ts';
import { type Kind, namespaceKey } from '../kinds/kind.ts';
import { toStored } from '../stored.ts';
import type { AdmissionAttributes } from './plugin.ts';

/** Which requests a webhook or a policy is about (apiserver `admission/plugin/webhook/predicates`). */
export interface Constraints {
  readonly rules: readonly (RuleWithOperations & { readonly resourceNames?: readonly string[] })[];
  readonly excludeRules?: Constraints['rules'];
  readonly matchPolicy: string | undefined;
  readonly namespaceSelector: LabelSelector | undefined;
  readonly objectSelector: LabelSelector | undefined;
}

export interface MatchingWorld {
  readonly store: Pick<Store, 'list' | 'latest'>;
  readonly kinds: { all(): readonly Kind[] };
}

export const nameOf = ({ name, object }: AdmissionAttributes): string => name ?? object.metadata.name ?? '';

/** Of a namespace: its own name, as its requests say it. */
export function namespaceOf({ kind, namespace, object }: AdmissionAttributes): string {
  if (isNamespace(kind)) return object.metadata.name ?? '';
  return namespace ?? object.metadata.namespace ?? '';
}

const isNamespace = ({ group, plural }: Kind): boolean => group === '' && plural === 'namespaces';

/**
 * The kind in whose form the webhook or policy is to see the request: that of the request, or another version of it that a rule names.
 * @throws StatusError NotFound for a namespace that a selector asks for
 */
export function matchedKind(
  world: MatchingWorld,
  constraints: Constraints,
  attributes: AdmissionAttributes,
): Kind | undefined {
  const kind = kindByRules(world, constraints, attributes);
  if (!kind) return undefined;
  if (!matchesObject(constraints.objectSelector, attributes)) return undefined;
  return matchesNamespace(world, constraints.namespaceSelector, attributes) ? kind : undefined;
}

function kindByRules(
  { kinds }: MatchingWorld,
  { rules, excludeRules = [], matchPolicy }: Constraints,
  attributes: AdmissionAttributes,
): Kind | undefined {
  const { kind } = attributes;
  const others = () =>
    matchPolicy === 'Exact'
      ? []
      : kinds.all().filter((one) => one !== kind && one.namespaced === kind.namespaced && isSame(one, kind));
  const applies = (list: Constraints['rules'], one: Kind) =>
    list.some((rule) => matchesRule(rule, one, attributes));
  if (excludeRules.length > 0 && [kind, ...others()].some((one) => applies(excludeRules, one)))
    return undefined;
  return applies(rules, kind) ? kind : others().find((one) => applies(rules, one));
}

const isSame = ({ storage: a }: Kind, { storage: b }: Kind): boolean =>
  a.group === b.group && a.plural === b.plural;

const includes = (items: readonly string[] | undefined, item: string): boolean =>
  items?.some((one) => one === '*' || one === item) ?? false;

function matchesRule(
  rule: Constraints['rules'][number],
  kind: Kind,
  attributes: AdmissionAttributes,
): boolean {
  const { subresource = '', operation } = attributes;
  const isOfNamespace = !isNamespace(kind) && namespaceOf(attributes) !== '';
  const isInScope = !rule.scope || rule.scope === '*' || (rule.scope === 'Namespaced') === isOfNamespace;
  return (
    isInScope &&
    includes(rule.operations, operation) &&
    includes(rule.apiGroups, kind.group) &&
    includes(rule.apiVersions, kind.version) &&
    (rule.resources ?? []).some((resource) => {
      const [plural = '', sub = ''] = resource.split(/\/(.*)/s);
      return includes([plural], kind.plural) && includes([sub], subresource);
    }) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(nameOf(attributes)))
  );
}

const selects = (selector: LabelSelector | undefined): ((labels: Labels) => boolean) | undefined => {
  const requirements = selectorOf(selector) ?? [];
  return requirements.length === 0 ? undefined : compileSelector(requirements);
};

/** Before or after: labels that are taken away take nobody out of sight. */
function matchesObject(
  selector: LabelSelector | undefined,
  { operation, object, live }: AdmissionAttributes,
): boolean {
  const isSelected = selects(selector);
  if (!isSelected) return true;
  const isOptions = operation === 'CONNECT';
  return (
    (!isOptions && isSelected(object.metadata.labels)) || (live ? isSelected(live.metadata.labels) : false)
  );
}

function matchesNamespace(
  world: MatchingWorld,
  selector: LabelSelector | undefined,
  attributes: AdmissionAttributes,
): boolean {
  const isSelected = selects(selector);
  if (!isSelected || namespaceOf(attributes) === '') return true;
  return isSelected(namespaceObject(world, attributes)?.metadata.labels);
}

/** The namespace of the request; of a request about a namespace: that one. */
export function namespaceObject(
  { store }: MatchingWorld,
  attributes: AdmissionAttributes,
): KubeObject | undefined {
  const { kind, operation, subresource, object } = attributes;
  if (isNamespace(kind) && subresource === undefined && operation !== 'DELETE') return object;
  const name = namespaceOf(attributes);
  if (name === '') return undefined;
  const entry = store.latest(namespaceKey(name));
  if (!entry) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, name);
  return entry.object;
}

/** An object of one version in the form of another. */
export function inVersionOf(object: KubeObject, from: Kind, to: Kind): Awaitable<KubeObject> {
  if (from === to) return object;
  return after(toStored(from, object), (stored) => {
    const apiVersion = apiVersionOf(to);
    if (stored.apiVersion === apiVersion) return stored;
    const { convert, toServed } = to.storage;
    if (convert) return convert([stored], apiVersion).then(([converted]) => converted ?? stored);
    return toServed?.(stored) ?? { ...stored, apiVersion };
  });
}

/** What no webhook and no policy is asked about, or nobody could take away one that refuses everything. */
export const isExempt = ({ kind }: AdmissionAttributes): boolean =>
  kind.group === 'admissionregistration.k8s.io' && EXEMPT.includes(kind.plural);

const EXEMPT = [
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
];
