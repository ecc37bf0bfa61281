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
import { existingViolations } from './podsecurity/existing.ts';
import {
  compareLevels,
  isSame,
  type LevelVersion,
  levelText,
  type PodSecurityPolicy,
  PREFIX,
  policyOf,
} from './podsecurity/policy.ts';

/**
 * What the labels of a namespace allow its pods (k8s.io/pod-security-admission `admission/admission.go`): a pod that the enforced level
 * forbids is refused; of one that another level forbids, and of templates of such pods, the author is warned, or the record of the request
 * says so. Nobody is exempt.
 */
export const podSecurity = (store: Pick<Store, 'latest' | 'latestIn'>): AdmissionPlugin => ({
  name: 'PodSecurity',
  validate(attributes) {
    const { operation, kind, object } = attributes;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    if (kind.group === '' && kind.plural === 'namespaces') {
      validateNamespace(attributes, store);
      return;
    }
    const namespace = store.latest(namespaceKey(object.metadata.namespace ?? ''));
    const { policy, errors } = policyOf(namespace?.object.metadata.labels);
    const isOpen = Object.values(policy).every(({ level }) => level === 'privileged');
    const checked = isOpen ? undefined : checkedOf(attributes);
    if (!checked) return;
    for (const { field, message } of errors)
      attributes.annotate?.(`${PREFIX}error`, `Failed to parse policy: ${field}: ${message}`);
    record(attributes, policy.audit, checked);
    if (isPod(attributes)) enforce(attributes, policy, checked);
    warn(attributes, policy.warn, checked);
  },
});

const isPod = ({ kind }: AdmissionAttributes): boolean => kind.group === '' && kind.plural === 'pods';

function checkedOf(attributes: AdmissionAttributes): CheckedPod | undefined {
  const { kind, subresource, object, live } = attributes;
  if (!isPod(attributes)) {
    const template = subresource === undefined ? podTemplateOf(kind, object) : undefined;
    return template as CheckedPod | undefined;
  }
  if (subresource !== undefined && subresource !== 'ephemeralcontainers') return undefined;
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
  store: Pick<Store, 'latestIn'>,
): void {
  if (subresource !== undefined) return;
  const { name = '', labels } = (object as Namespace).metadata;
  const { policy, errors } = policyOf(labels);
  const before = live && policyOf(live.metadata.labels);
  if (errors.length > 0 && !deepEqual(errors, before?.errors)) throw invalid(kind, name, errors);
  if (!before || !isStricter(policy.enforce, before.policy.enforce)) return;
  const pods = store.latestIn(namespacePrefix('', 'pods', name)).map((entry) => entry.object as Pod);
  for (const text of existingViolations(name, policy.enforce, pods)) say?.(text);
}

/** Another version may forbid anything. */
function isStricter(now: LevelVersion, before: LevelVersion): boolean {
  if (isSame(now, before) || now.level === 'privileged') return false;
  return now.version !== before.version || compareLevels(now.level, before.level) > 0;
}
