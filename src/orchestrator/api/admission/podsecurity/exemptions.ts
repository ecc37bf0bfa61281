/** Who is exempt from every level, by a configuration of the plug-in (k8s.io/pod-security-admission `admission/admission.go`). */
import type { AdmissionAttributes } from '../plugin.ts';
import type { CheckedPod } from './check.ts';
import type { PodSecurityExemptions } from './configuration.ts';
import { isOpen, isSame, levelText, MODES, type Mode, type PodSecurityPolicy, PREFIX } from './policy.ts';

/** By what a write of a pod or of a template is exempt, before anything of it is looked at. */
export function exemptionOf(
  { object, user }: Pick<AdmissionAttributes, 'object' | 'user'>,
  { namespaces, usernames }: PodSecurityExemptions,
): 'namespace' | 'user' | undefined {
  if (namespaces.includes(object.metadata.namespace ?? '')) return 'namespace';
  return usernames.includes(user.name) ? 'user' : undefined;
}

export const isExemptClass = ({ spec }: CheckedPod, { runtimeClasses }: PodSecurityExemptions): boolean =>
  runtimeClasses.includes(spec.runtimeClassName ?? '');

/** What the labels of an exempt namespace ask for in vain: `enforce=baseline:latest`; undefined where it is what holds anyway. */
export function ignoredPolicy(
  labels: Readonly<Record<string, string>>,
  policy: PodSecurityPolicy,
  defaults: PodSecurityPolicy,
): string | undefined {
  if (isOpen(policy) || MODES.every((mode) => isAlike(policy, defaults, mode))) return undefined;
  const isSaid = (mode: Mode) => `${PREFIX}${mode}` in labels || `${PREFIX}${mode}-version` in labels;
  return MODES.filter((mode) => policy[mode].level !== 'privileged' && isSaid(mode))
    .map((mode) => `${mode}=${levelText(policy[mode])}`)
    .join(', ');
}

const isAlike = (a: PodSecurityPolicy, b: PodSecurityPolicy, mode: Mode): boolean =>
  isSame(a[mode], b[mode]) || (a[mode].level === 'privileged' && b[mode].level === 'privileged');
