import { readFileSync } from 'node:fs';
import { nthOf } from '../../../../base/ipv4range.ts';
import { formatResolvConf, type ResolvConf, readResolvConf } from '../../../../base/resolvconf.ts';
import type { PodNetwork, Sandbox, SandboxNames } from '../spec.ts';
import type { NameFile } from './records.ts';

/** The files by which a pod finds names, as things are now. */
export const nameFiles = (sandbox: Sandbox): Record<NameFile, string> => ({
  'hosts.txt': hostsFile(sandbox, sandbox.hostNetwork ? readFileSync('/etc/hosts', 'utf8') : ''),
  'resolv.conf': resolvConfFile(
    sandbox,
    readResolvConf((server) => sandbox.hostNetwork || !/^(127\.|::1$)/.test(server)),
  ),
});

const OF_NODE: SandboxNames = { policy: 'node', servers: [], searches: [], options: [], hosts: [] };

/** What glibc, and the kubelet, takes: `MAXNS`; search domains have been without a limit since glibc 2.26. */
const MOST_SERVERS = 3;

/** `/etc/resolv.conf` of the pod. `node`: what the node's own says, without what a container cannot reach. */
export function resolvConfFile({ names = OF_NODE, network }: Sandbox, node: ResolvConf): string {
  const { policy } = names;
  const cluster = network ? [network.relay] : [];
  const servers = {
    cluster: cluster.length > 0 ? cluster : node.servers,
    // The relay asks the resolvers of the node, also those that only the node reaches.
    node: node.servers.length > 0 ? node.servers : cluster,
    none: [],
  }[policy];
  const base = policy === 'none' ? { searches: [], options: [] } : node;
  return formatResolvConf({
    servers: unique([...servers, ...names.servers]).slice(0, MOST_SERVERS),
    searches: unique([...names.searches, ...base.searches].filter((domain) => domain !== '.')),
    options: merged(base.options, names.options),
  });
}

const unique = (all: readonly string[]): readonly string[] => [...new Set(all)];

/** Of two options of one name the pod's. */
function merged(node: readonly string[], own: readonly string[]): readonly string[] {
  const nameOf = (option: string) => option.split(':')[0] ?? '';
  const named = new Set(own.map(nameOf));
  return [...node.filter((option) => !named.has(nameOf(option))), ...own];
}

const LOCAL_LINES = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
];

/**
 * `/etc/hosts` of the pod, as the kubelet writes it (`kubelet_pods.go` managedHostsFileContent), and the name of the API, which a pod finds also when it
 * does not ask the cluster for names. `node`: the node's own file, which a pod of its network gets.
 */
export function hostsFile(
  { names = OF_NODE, network, hostname, hostNetwork, address }: Sandbox,
  node: string,
): string {
  const own = names.fullName === undefined ? hostname : `${names.fullName}\t${hostname}`;
  const lines = hostNetwork
    ? ['# Kubernetes-managed hosts file (host network).', node.trimEnd()]
    : ['# Kubernetes-managed hosts file.', ...LOCAL_LINES, `${address}\t${own}`, ...apiLine(network)];
  const aliases = names.hosts.map(({ ip, hostnames }) => `${ip}\t${hostnames.join('\t')}`);
  const added = aliases.length > 0 ? ['', '# Entries added by HostAliases.', ...aliases] : [];
  return [...lines, ...added].map((line) => `${line}\n`).join('');
}

/** The API has the first address of the range of Services, in every cluster. */
const apiLine = (network: PodNetwork | undefined): readonly string[] =>
  network ? [`${nthOf(network.services, 1)}\tkubernetes.default.svc`] : [];
