import type { Namespace, Pod } from '../../../kube/kinds/objects.data.ts';
import { podTemplateOf } from '../../../kube/kinds/podspec/places.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { namespacePrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import { forbidden, invalid } from '../errors.ts';
import { namespaceKey } from '../kinds/kind.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import type { CheckedPod, Violation } from './podsecurity/check.ts';
import { detailsOf, violationsOf } from './podsecurity/checks.ts';
import type { PodSecurityConfiguration } from './podsecurity/configuration.ts';
import { exemptionOf, ignoredPolicy, isExemptClass } from './podsecurity/exemptions.ts';
import { existingViolations } from './podsecurity/existing.ts';
import {
  compareLevels,
  isOpen,
  isSame,
  type LevelVersion,
  levelText,
  type PodSecurityPolicy,
  PREFIX,
  policyOf,
} from './podsecurity/policy.ts';

type Pods = Pick<Store, 'latest' | 'latestIn'>;

/**
 * What the labels of a namespace allow its pods (k8s.io/pod-security-admission `admission/admission.go`): a pod that the enforced level
 * forbids is refused; of one that another level forbids, and of templates of such pods, the author is warned, or the record of the request
 * says so. A configuration says what holds without labels, and who is exempt.
 */
export const podSecurity = (store: Pods, configuration: PodSecurityConfiguration): AdmissionPlugin => ({
  name: 'PodSecurity',
  validate(attributes) {
    const { operation, kind } = attributes;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    if (kind.group === '' && kind.plural === 'namespaces')
      validateNamespace(attributes, store, configuration);
    else if (isConcerned(attributes)) validatePod(attributes, store, configuration);
  },
});

function validatePod(
  attributes: AdmissionAttributes,
  store: Pods,
  { defaults, exemptions }: PodSecurityConfiguration,
): void {
  const exemption = exemptionOf(attributes, exemptions);
  if (exemption !== undefined) {
    attributes.annotate?.(EXEMPT, exemption);
    return;
  }
  const namespace = store.latest(namespaceKey(attributes.object.metadata.namespace ?? ''));
  const { policy, errors } = policyOf(namespace?.object.metadata.labels, defaults);
  const checked = isOpen(policy) ? undefined : checkedOf(attributes);
  if (!checked) return;
  if (isExemptClass(checked, exemptions)) {
    attributes.annotate?.(EXEMPT, 'runtimeClass');
    return;
  }
  for (const { field, message } of errors)
    attributes.annotate?.(`${PREFIX}error`, `Failed to parse policy: ${field}: ${message}`);
  record(attributes, policy.audit, checked);
  if (isPod(attributes)) enforce(attributes, policy, checked);
  warn(attributes, policy.warn, checked);
}

const EXEMPT = `${PREFIX}exempt`;

const isPod = ({ kind }: AdmissionAttributes): boolean => kind.group === '' && kind.plural === 'pods';

function isConcerned({ kind, subresource, object }: AdmissionAttributes): boolean {
  if (kind.group === '' && kind.plural === 'pods')
    return subresource === undefined || subresource === 'ephemeralcontainers';
  return subresource === undefined && podTemplateOf(kind, object) !== undefined;
}

/** The pod, or the template of pods; undefined where a pod changes in nothing that matters. */
function checkedOf(attributes: AdmissionAttributes): CheckedPod | undefined {
  const { kind, object, live } = attributes;
  if (!isPod(attributes)) return podTemplateOf(kind, object) as CheckedPod | undefined;
  const pod = object as Pod;
  return live && deepEqual(images(pod), images(live as Pod)) ? undefined : pod;
}

/** Whatever else of a pod may change matters to no check. */
const images = ({ spec }: Pod) =>
  [spec.initContainers, spec.containers, spec.ephemeralContainers].map((list = []) =>
    list.map(({ name, image }) => [name, image]),
  );

function record(attributes: AdmissionAttributes, level: LevelVersion, pod: CheckedPod): void {
  const violations = violationsOf(level, pod);
  if (violations.length > 0)
    attributes.annotate?.(`${PREFIX}audit-violations`, wouldViolate(level, violations));
}

function enforce(
  { kind, object, annotate }: AdmissionAttributes,
  policy: PodSecurityPolicy,
  pod: CheckedPod,
): void {
  annotate?.(`${PREFIX}enforce-policy`, levelText(policy.enforce));
  const violations = violationsOf(policy.enforce, pod);
  if (violations.length === 0) return;
  const why = `violates PodSecurity "${levelText(policy.enforce)}": ${detailsOf(violations)}`;
  throw forbidden(kind, object.metadata.name ?? '', why);
}

function warn(attributes: AdmissionAttributes, level: LevelVersion, pod: CheckedPod): void {
  const violations = violationsOf(level, pod);
  if (violations.length > 0) attributes.warn?.(wouldViolate(level, violations));
}

const wouldViolate = (level: LevelVersion, violations: readonly Violation[]): string =>
  `would violate PodSecurity "${levelText(level)}": ${detailsOf(violations)}`;

/** Labels must be right, though not those that were wrong before; pods that are there stay, and are named. */
function validateNamespace(
  { kind, subresource, object, live, warn: say }: AdmissionAttributes,
  store: Pods,
  { defaults, exemptions }: PodSecurityConfiguration,
): void {
  if (subresource !== undefined) return;
  const { name = '', labels = {} } = (object as Namespace).metadata;
  const { policy, errors } = policyOf(labels, defaults);
  const before = live && policyOf(live.metadata.labels, defaults);
  if (errors.length > 0 && !deepEqual(errors, before?.errors)) throw invalid(kind, name, errors);
  if (before && !isStricter(policy.enforce, before.policy.enforce)) return;
  if (exemptions.namespaces.includes(name)) {
    const ignored = ignoredPolicy(labels, policy, defaults);
    if (ignored !== undefined)
      say?.(`namespace "${name}" is exempt from Pod Security, and the policy (${ignored}) will be ignored`);
    return;
  }
  if (!before) return;
  const pods = store
    .latestIn(namespacePrefix('', 'pods', name))
    .map((entry) => entry.object as Pod)
    .filter((pod) => !isExemptClass(pod, exemptions));
  for (const text of existingViolations(name, policy.enforce, pods)) say?.(text);
}

/** Another version may forbid anything. */
function isStricter(now: LevelVersion, before: LevelVersion): boolean {
  if (isSame(now, before) || now.level === 'privileged') return false;
  return now.version !== before.version || compareLevels(now.level, before.level) > 0;
}
