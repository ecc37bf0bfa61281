import { duplicate, type FieldError, invalid, required } from '../../values/fielderrors.ts';
import type { JsonObject } from '../../values/types.ts';
import { none, oneOf } from '../checks/checks.ts';
import { listAt, objectAt, objectsAt, textAt } from '../checks/read.ts';

/** As whom a pod runs, and what of the kernel it sets (Kubernetes `pkg/apis/core/validation/validation.go`). */
export function validatePodSecurity(spec: JsonObject, path: string): readonly FieldError[] {
  const context = objectAt(spec, 'securityContext');
  const at = `${path}.securityContext`;
  return [
    ...['runAsUser', 'runAsGroup', 'fsGroup'].flatMap((key) => id(context, key, at)),
    ...listAt(context, 'supplementalGroups').flatMap((group, i) =>
      idOf(group, `${at}.supplementalGroups[${i}]`),
    ),
    ...oneOf(context, 'fsGroupChangePolicy', at, ['Always', 'OnRootMismatch']),
    ...seccomp(context, at),
    ...validateSysctls(context, spec, `${at}.sysctls`),
  ];
}

export function validateContainerSecurity(container: JsonObject, path: string): readonly FieldError[] {
  const context = objectAt(container, 'securityContext');
  const at = `${path}.securityContext`;
  const needsPrivilege =
    context.privileged === true
      ? 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'
      : listAt(objectAt(context, 'capabilities'), 'add').includes('CAP_SYS_ADMIN')
        ? 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'
        : undefined;
  return [
    ...['runAsUser', 'runAsGroup'].flatMap((key) => id(context, key, at)),
    ...oneOf(context, 'procMount', at, ['Default', 'Unmasked']),
    ...seccomp(context, at),
    ...(context.allowPrivilegeEscalation === false && needsPrivilege
      ? [invalid(at, context, needsPrivilege)]
      : none),
  ];
}

const HIGHEST_ID = 2 ** 31 - 1;

const id = (self: JsonObject, key: string, path: string): readonly FieldError[] => [
  ...idOf(self[key], `${path}.${key}`),
];

const idOf = (value: unknown, field: string): readonly FieldError[] =>
  typeof value === 'number' && (value < 0 || value > HIGHEST_ID)
    ? [invalid(field, value, `must be between 0 and ${HIGHEST_ID}, inclusive`)]
    : none;

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function seccomp(context: JsonObject, path: string): readonly FieldError[] {
  const profile = objectAt(context, 'seccompProfile');
  const at = `${path}.seccompProfile`;
  if (context.seccompProfile === undefined) return none;
  const local = textAt(profile, 'localhostProfile');
  return [
    ...(textAt(profile, 'type') === ''
      ? [required(`${at}.type`, 'type is required when seccompProfile is set')]
      : none),
    ...oneOf(profile, 'type', at, PROFILES),
    ...(profile.type === 'Localhost' && local === ''
      ? [required(`${at}.localhostProfile`, 'must be set when seccomp type is Localhost')]
      : none),
    ...(profile.type !== 'Localhost' && profile.localhostProfile !== undefined
      ? [invalid(`${at}.localhostProfile`, local, 'can only be set when seccomp type is Localhost')]
      : none),
  ];
}

const LONGEST_NAME = 253;
const SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const FORMAT = `^(${SEGMENT}[\\./])*${SEGMENT}$`;
const NAME = new RegExp(FORMAT);

function validateSysctls(context: JsonObject, spec: JsonObject, path: string): readonly FieldError[] {
  const names = objectsAt(context, 'sysctls').map((sysctl) => textAt(sysctl, 'name'));
  return names.flatMap((name, i) => {
    const field = `${path}[${i}].name`;
    if (name === '') return [required(field)];
    const problem = hostProblem(name, spec);
    return [
      ...(name.length > LONGEST_NAME || !NAME.test(name)
        ? [invalid(field, name, `must have at most ${LONGEST_NAME} characters and match regex ${FORMAT}`)]
        : none),
      ...(names.indexOf(name) < i ? [duplicate(field, name)] : none),
      ...(problem ? [invalid(field, name, problem)] : none),
    ];
  });
}

/** With the host's namespace it would be set for the whole machine. */
function hostProblem(name: string, spec: JsonObject): string | undefined {
  const plain = name.replaceAll('/', '.');
  if (spec.hostNetwork === true && plain.startsWith('net.')) {
    return "may not be specified when 'hostNetwork' is true";
  }
  return spec.hostIPC === true && /^(kernel\.(shm|msg)|kernel\.sem$|fs\.mqueue\.)/.test(plain)
    ? "may not be specified when 'hostIPC' is true"
    : undefined;
}
