/** Profiles and settings of the kernel that confine a container: AppArmor, SELinux, seccomp, sysctls. */
import type {
  PodSecurityContext,
  SELinuxOptions,
  SecurityContext,
} from '../../../../kube/kinds/objects.data.ts';
import {
  allContainers,
  type CheckedPod,
  type CheckPod,
  containersWhere,
  named,
  plural,
  quoted,
  setters,
  sorted,
  type Violation,
} from './check.ts';

type Context = PodSecurityContext | SecurityContext | undefined;

/** Who sets a member of the security context so that it is bad, and what all of them come to. */
function badly(
  { spec }: CheckedPod,
  valuesOf: (context: Context) => readonly string[],
): { readonly isPod: boolean; readonly containers: readonly string[]; readonly values: readonly string[] } {
  const contexts = [spec.securityContext, ...allContainers(spec).map((one) => one.securityContext)];
  return {
    isPod: valuesOf(spec.securityContext).length > 0,
    containers: containersWhere(spec, ({ securityContext }) => valuesOf(securityContext).length > 0),
    values: sorted(contexts.flatMap(valuesOf)),
  };
}

/** The type of a profile, where there is one that is not allowed. */
const otherType = (profile: { readonly type: string } | undefined): readonly string[] =>
  profile === undefined || ['RuntimeDefault', 'Localhost'].includes(profile.type) ? [] : [profile.type];

/** `key="value"` of annotations. */
const written = (
  { metadata }: CheckedPod,
  isBad: (key: string, value: string) => boolean,
): readonly string[] =>
  Object.entries(metadata?.annotations ?? {})
    .filter(([key, value]) => isBad(key, value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

export const appArmorProfile: CheckPod = (pod) => {
  const { isPod, containers, values } = badly(pod, (context) => otherType(context?.appArmorProfile));
  const annotations = written(
    pod,
    (key, value) =>
      key.startsWith(APPARMOR) &&
      value !== '' &&
      value !== 'runtime/default' &&
      !value.startsWith('localhost/'),
  );
  const who = [
    setters(isPod, containers),
    annotations.length > 0 ? plural('annotation', annotations.length) : '',
  ].filter((one) => one !== '');
  if (who.length === 0) return undefined;
  const all = [...values, ...annotations];
  return {
    reason: plural('forbidden AppArmor profile', all.length),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(all)}`,
  };
};

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

/** Until 1.18 profiles were annotations. */
export const seccompAnnotations: CheckPod = (pod) => {
  const keys = new Set([
    SECCOMP_POD,
    ...allContainers(pod.spec).map(({ name }) => `${SECCOMP_CONTAINER}${name}`),
  ]);
  const isAllowed = (value: string) =>
    value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
  const found = written(pod, (key, value) => keys.has(key) && !isAllowed(value));
  return found.length === 0
    ? undefined
    : {
        reason: 'seccompProfile',
        detail: `forbidden ${plural('annotation', found.length)} ${found.join(', ')}`,
      };
};

const seccomp = (detail: string): Violation => ({ reason: 'seccompProfile', detail });

export const seccompBaseline: CheckPod = (pod) => {
  const { isPod, containers, values } = badly(pod, (context) => otherType(context?.seccompProfile));
  const who = setters(isPod, containers);
  return who === ''
    ? undefined
    : seccomp(`${who} must not set securityContext.seccompProfile.type to ${quoted(values)}`);
};

export const seccompRestricted: CheckPod = (pod) => {
  const explicit = seccompBaseline(pod);
  if (explicit || pod.spec.securityContext?.seccompProfile) return explicit;
  const silent = containersWhere(pod.spec, ({ securityContext }) => !securityContext?.seccompProfile);
  return silent.length === 0
    ? undefined
    : seccomp(
        `pod or ${named('container', silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
      );
};

const TYPE = 'type ';
const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

const seLinux =
  (types: readonly string[]): CheckPod =>
  (pod) => {
    const forbiddenIn = ({ type = '', user, role }: SELinuxOptions): readonly string[] => [
      ...(types.includes(type) ? [] : [`${TYPE}${type}`]),
      ...(user ? ['user'] : []),
      ...(role ? ['role'] : []),
    ];
    const { isPod, containers, values } = badly(pod, (context) =>
      context?.seLinuxOptions ? forbiddenIn(context.seLinuxOptions) : [],
    );
    if (values.length === 0) return undefined;
    const bad = values.filter((value) => value.startsWith(TYPE)).map((value) => value.slice(TYPE.length));
    const said = [
      ...(bad.length > 0 ? [named('type', bad)] : []),
      ...['user', 'role'].filter((one) => values.includes(one)).map((one) => `${one} may not be set`),
    ];
    const who = setters(isPod, containers);
    const detail = `${who} set forbidden securityContext.seLinuxOptions: ${said.join('; ')}`;
    return { reason: 'seLinuxOptions', detail };
  };

export const seLinuxOptions = seLinux(SELINUX_TYPES);
export const seLinuxOptionsWithEngine = seLinux([...SELINUX_TYPES, 'container_engine_t']);

/** Sysctls that concern the pod alone. */
export const sysctls =
  (allowed: readonly string[]): CheckPod =>
  ({ spec }) => {
    const found = (spec.securityContext?.sysctls ?? [])
      .map(({ name }) => name)
      .filter((name) => !allowed.includes(name));
    return found.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: found.join(', ') };
  };
