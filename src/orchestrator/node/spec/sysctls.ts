import type { Pod } from '../../../kube/kinds/objects.data.ts';

/** Those that concern a pod alone and harm no other (kubelet `pkg/kubelet/sysctl/safe_sysctls.go`). */
const SAFE: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

export const isSafeSysctl = (name: string): boolean => SAFE.has(dotted(name));

/** Settings of the kernel that a pod has for itself, by name. A pod that wants others is not run. */
export const sysctlsOf = ({ spec }: Pod): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (spec.securityContext?.sysctls ?? [])
      .filter(({ name }) => isSafeSysctl(name))
      .map(({ name, value }) => [dotted(name), value]),
  );

/** `net/ipv4/x` is written with dots; where the first separator is a dot, slashes belong to names (component-helpers `node/util/sysctl`). */
function dotted(name: string): string {
  if (/^[^./]*\./.test(name)) return name;
  return name.replace(/[./]/g, (separator) => (separator === '/' ? '.' : '/'));
}
