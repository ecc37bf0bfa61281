import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { CLUSTER_DOMAIN } from '../../../kube/values/clusterdomain.ts';
import type { SandboxNames } from '../runtime/spec.ts';

/** kubelet `pkg/kubelet/network/dns/dns.go` (getPodDNSType, generateSearchesForDNSClusterFirst, appendDNSConfig). */
export function namesOf({ metadata, spec }: Pod): SandboxNames {
  const { namespace = '', name = '' } = metadata;
  const policy = policyOf(spec);
  const { nameservers = [], searches = [], options = [] } = spec.dnsConfig ?? {};
  const own = options.map(({ name: option = '', value }) =>
    value === undefined ? option : `${option}:${value}`,
  );
  const ofCluster = policy === 'cluster';
  const services = `${namespace}.svc.${CLUSTER_DOMAIN}`;
  const hostname = spec.hostname ?? name;
  return {
    policy,
    servers: nameservers,
    searches: [...(ofCluster ? [services, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN] : []), ...searches],
    options: ofCluster && !own.some(isNdots) ? ['ndots:5', ...own] : own,
    ...(spec.subdomain ? { fullName: `${hostname}.${spec.subdomain}.${services}` } : {}),
    hosts: (spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => ({ ip, hostnames })),
  };
}

const isNdots = (option: string): boolean => option.startsWith('ndots:');

/** A pod of the node's network has the node's resolvers, unless it asks for the cluster by the other name. */
function policyOf({ dnsPolicy = 'ClusterFirst', hostNetwork }: Pod['spec']): SandboxNames['policy'] {
  if (dnsPolicy === 'None') return 'none';
  if (dnsPolicy === 'Default') return 'node';
  return dnsPolicy === 'ClusterFirst' && hostNetwork ? 'node' : 'cluster';
}
