import {
  type CheckedPod,
  type CheckPod,
  exceptInUserNamespace,
  exceptOnWindows,
  type Violation,
} from './check.ts';
import {
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbesAndLifecycle,
  restrictedVolumes,
  windowsHostProcess,
} from './hostchecks.ts';
import type { LevelVersion } from './policy.ts';
import {
  allowPrivilegeEscalation,
  capabilitiesBaseline,
  capabilitiesRestricted,
  privileged,
  procMount,
  runAsNonRoot,
  runAsUser,
} from './privilegechecks.ts';
import {
  appArmorProfile,
  seccompAnnotations,
  seccompBaseline,
  seccompRestricted,
  seLinuxOptions,
  seLinuxOptionsWithEngine,
  sysctls,
} from './profilechecks.ts';

/** From the minor version 1.x on. */
type Since = readonly [minor: number, check: CheckPod];

interface Check {
  readonly id: string;
  /** In rising order of their versions. */
  readonly revisions: readonly Since[];
  /** The check of the level below that it makes superfluous. */
  readonly replaces?: string;
}

const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_27 = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

/** In the order of messages, which is that of the identifiers in bytes. */
const BASELINE: readonly Check[] = [
  { id: 'appArmorProfile', revisions: [[0, appArmorProfile]] },
  { id: 'capabilities_baseline', revisions: [[0, capabilitiesBaseline]] },
  { id: 'hostNamespaces', revisions: [[0, hostNamespaces]] },
  { id: 'hostPathVolumes', revisions: [[0, hostPathVolumes]] },
  { id: 'hostPorts', revisions: [[0, hostPorts]] },
  { id: 'hostProbesAndHostLifecycle', revisions: [[34, hostProbesAndLifecycle]] },
  { id: 'privileged', revisions: [[0, privileged]] },
  {
    id: 'procMount',
    revisions: [
      [0, procMount],
      [35, exceptInUserNamespace(procMount)],
    ],
  },
  {
    id: 'seLinuxOptions',
    revisions: [
      [0, seLinuxOptions],
      [31, seLinuxOptionsWithEngine],
    ],
  },
  {
    id: 'seccompProfile_baseline',
    revisions: [
      [0, seccompAnnotations],
      [19, seccompBaseline],
    ],
  },
  {
    id: 'sysctls',
    revisions: [
      [0, sysctls(SYSCTLS)],
      [27, sysctls(SYSCTLS_27)],
      [29, sysctls(SYSCTLS_29)],
      [32, sysctls(SYSCTLS_32)],
    ],
  },
  { id: 'windowsHostProcess', revisions: [[0, windowsHostProcess]] },
];

const RESTRICTED: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    revisions: [
      [8, allowPrivilegeEscalation],
      [25, exceptOnWindows(allowPrivilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    replaces: 'capabilities_baseline',
    revisions: [
      [22, capabilitiesRestricted],
      [25, exceptOnWindows(capabilitiesRestricted)],
    ],
  },
  { id: 'procMount_restricted', replaces: 'procMount', revisions: [[35, procMount]] },
  { id: 'restrictedVolumes', replaces: 'hostPathVolumes', revisions: [[0, restrictedVolumes]] },
  {
    id: 'runAsNonRoot',
    revisions: [
      [0, runAsNonRoot],
      [35, exceptInUserNamespace(runAsNonRoot)],
    ],
  },
  {
    id: 'runAsUser',
    revisions: [
      [23, runAsUser],
      [35, exceptInUserNamespace(runAsUser)],
    ],
  },
  {
    id: 'seccompProfile_restricted',
    replaces: 'seccompProfile_baseline',
    revisions: [
      [19, seccompRestricted],
      [25, exceptOnWindows(seccompRestricted)],
    ],
  },
];

/** What a pod does that a level of the Pod Security Standards forbids (k8s.io/pod-security-admission `policy/registry.go`). */
export function violationsOf({ level, version }: LevelVersion, pod: CheckedPod): readonly Violation[] {
  if (level === 'privileged') return [];
  const minor = version === 'latest' ? Number.POSITIVE_INFINITY : version;
  const holding = (checks: readonly Check[]) =>
    checks.filter(({ revisions }) => revisionAt(revisions, minor));
  const restricted = level === 'restricted' ? holding(RESTRICTED) : [];
  const replaced = new Set(restricted.map(({ replaces }) => replaces));
  const baseline = holding(BASELINE).filter(({ id }) => !replaced.has(id));
  return [...baseline, ...restricted].flatMap(({ revisions }) => {
    const found = revisionAt(revisions, minor)?.(pod);
    return found ? [found] : [];
  });
}

const revisionAt = (revisions: readonly Since[], minor: number): CheckPod | undefined =>
  revisions.findLast(([since]) => since <= minor)?.[1];

/** `privileged, host namespaces` */
export const reasonsOf = (violations: readonly Violation[]): string =>
  violations.map(({ reason }) => reason).join(', ');

/** `host namespaces (hostNetwork=true), hostPort (container "a" uses hostPort 80)` */
export const detailsOf = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
