import { failed, ok, type Problem, type Result } from '../../../base/errors.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { gvkOf, type KubeObject } from '../../../kube/values/types.ts';
import type { PreviewTerms } from '../../../model/types.ts';
import type { Manifest } from '../../../render/types.ts';

/** What an environment renders to, made fit for a preview: its own hosts, no fixed ports of nodes, nothing that undoes its bounds. Pure. */
export function previewManifests(
  manifests: readonly Manifest[],
  preview: PreviewTerms,
): Result<{ readonly manifests: readonly Manifest[]; readonly warnings: readonly Problem[] }> {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const kept: Manifest[] = [];
  const hosts = hostsFor(manifests, preview.host);
  for (const manifest of manifests) {
    const rule = RULES.find(({ group, kinds }) => {
      const gvk = gvkOf(manifest.object);
      return group === gvk.group && kinds.includes(gvk.kind);
    });
    const fit = rule ? rule.fit(manifest.object, hosts) : { object: manifest.object };
    const name = `${manifest.object.kind} ${manifest.object.metadata.name ?? ''}`;
    if ('problem' in fit)
      problems.push({ ...fit.problem, message: `${name}: ${fit.problem.message}`, place: manifest.origin });
    else if ('left' in fit)
      warnings.push({ reason: 'LeftOut', message: `${name}: ${fit.left}`, place: manifest.origin });
    else kept.push(fit.object === manifest.object ? manifest : { ...manifest, object: fit.object });
  }
  const [first, ...others] = problems;
  return first ? failed(first, ...others) : ok({ manifests: kept, warnings });
}

type Fit =
  | { readonly object: KubeObject }
  | { readonly problem: Pick<Problem, 'reason' | 'message' | 'remedy'> }
  | { readonly left: string };

interface FitRule {
  readonly group: string;
  readonly kinds: readonly string[];
  readonly fit: (object: KubeObject, hosts: Hosts) => Fit;
}

/** The host that stands for one of the environment's; undefined: the preview has none. */
type Hosts = ((host: string | undefined) => string) | undefined;

const GATEWAYS = 'gateway.networking.k8s.io';
const RBAC = 'rbac.authorization.k8s.io';

const RULES: readonly FitRule[] = [
  {
    group: '',
    kinds: ['ResourceQuota', 'LimitRange'],
    fit: () => ({ left: 'a preview has bounds of its own' }),
  },
  { group: '', kinds: ['Service'], fit: insideOnly },
  { group: 'networking.k8s.io', kinds: ['Ingress'], fit: ingress },
  { group: GATEWAYS, kinds: ['HTTPRoute', 'GRPCRoute', 'TLSRoute'], fit: route },
  {
    group: GATEWAYS,
    kinds: ['TCPRoute', 'UDPRoute'],
    fit: () => ({ left: 'a preview is reached by its host alone' }),
  },
  { group: GATEWAYS, kinds: ['Gateway'], fit: gateway },
  { group: RBAC, kinds: ['Role'], fit: role },
  { group: RBAC, kinds: ['RoleBinding'], fit: roleBinding },
];

const NO_HOST: Fit = { left: 'previews have no host: previews: {host: "{slug}.preview.example.com"}' };

/**
 * The first host that an environment names becomes the preview's, each further one is below it by its first label: `api.shop.dev` →
 * `api.login.preview.example.com`. Hosts that are the preview's already stay.
 */
function hostsFor(manifests: readonly Manifest[], own: string | undefined): Hosts {
  if (own === undefined) return undefined;
  const isOwn = (host: string) => host === own || (host.endsWith(`.${own}`) && !host.includes('*'));
  const names = [...new Set(manifests.flatMap(({ object }) => hostsOf(object)))];
  const foreign = names.filter((host) => !isOwn(host));
  const [first] = names.includes(own) ? [] : foreign;
  return (host) => {
    if (host === undefined || host === '' || host === first) return own;
    return isOwn(host) ? host : `${labelOf(host)}.${own}`;
  };
}

const labelOf = (host: string): string =>
  host
    .replace(/^\*\./, '')
    .split('.')[0]
    ?.replace(/[^a-z0-9-]/g, '') || 'www';

function hostsOf(object: KubeObject): readonly string[] {
  const spec = specOf(object);
  const { group, kind } = gvkOf(object);
  const texts =
    group === 'networking.k8s.io' && kind === 'Ingress'
      ? listOf(spec.rules).map(({ host }) => host)
      : group === GATEWAYS && Array.isArray(spec.hostnames)
        ? spec.hostnames
        : [];
  return texts.filter((host) => typeof host === 'string' && host !== '') as string[];
}

type Fields = Readonly<Record<string, unknown>>;
const specOf = (object: KubeObject): Fields => (isObject(object.spec) ? (object.spec as Fields) : {});
const listOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter((one) => isObject(one)).map((one) => one as Fields) : [];
const withSpec = (object: KubeObject, spec: Fields): Fit => ({ object: { ...object, spec } as KubeObject });

/** Ports and addresses of nodes are one for all namespaces, and the environment has them: a preview is reached by its host. */
function insideOnly(object: KubeObject): Fit {
  const { externalIPs, type, ...spec } = specOf(object);
  const ports = listOf(spec.ports);
  const isOutside = type === 'NodePort' || type === 'LoadBalancer';
  if (!isOutside && externalIPs === undefined) return { object };
  const inside = ports.map(({ nodePort: _nodePort, ...port }) => port);
  return withSpec(object, { ...spec, ...(type && !isOutside ? { type } : {}), ports: inside });
}

function ingress(object: KubeObject, hosts: Hosts): Fit {
  if (hosts === undefined) return NO_HOST;
  const spec = specOf(object);
  if (spec.defaultBackend !== undefined)
    return refused(
      'PreviewHost',
      'a default backend answers for every host, and a preview only for its own',
      'Name a rule with a host.',
    );
  const named = (value: unknown) => hosts(typeof value === 'string' ? value : undefined);
  return withSpec(object, {
    ...spec,
    rules: listOf(spec.rules).map((rule) => ({ ...rule, host: named(rule.host) })),
    ...(spec.tls === undefined
      ? {}
      : {
          tls: listOf(spec.tls).map((one) => ({
            ...one,
            ...(Array.isArray(one.hosts) ? { hosts: [...new Set(one.hosts.map(named))] } : {}),
          })),
        }),
  });
}

function route(object: KubeObject, hosts: Hosts): Fit {
  if (hosts === undefined) return NO_HOST;
  const spec = specOf(object);
  const named = Array.isArray(spec.hostnames) ? spec.hostnames.map((host) => hosts(String(host))) : [];
  return withSpec(object, {
    ...spec,
    hostnames: named.length > 0 ? [...new Set(named)] : [hosts(undefined)],
  });
}

function gateway(object: KubeObject, hosts: Hosts): Fit {
  if (hosts === undefined) return NO_HOST;
  const spec = specOf(object);
  return withSpec(object, {
    ...spec,
    listeners: listOf(spec.listeners).map((one) => ({
      ...one,
      hostname: hosts(typeof one.hostname === 'string' ? one.hostname : undefined),
    })),
  });
}

/** What keeps a preview in its bounds, and what gives rights to change that. */
const BOUNDS = [
  '*',
  'resourcequotas',
  'limitranges',
  'roles',
  'rolebindings',
  'ingresses',
  'gateways',
  'httproutes',
];
const READING = ['get', 'list', 'watch'];

function role(object: KubeObject): Fit {
  const rules = listOf((object as unknown as Fields).rules);
  const textsOf = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  const escapes = rules.some(
    ({ resources, verbs }) =>
      textsOf(resources).some((one) => BOUNDS.includes(one.split('/')[0] ?? '')) &&
      textsOf(verbs).some((verb) => !READING.includes(verb)),
  );
  return escapes
    ? refused(
        'PreviewRights',
        `it lets pods write ${BOUNDS.slice(1).join(', ')}, which bound a preview`,
        'Name the resources that are needed.',
      )
    : { object };
}

/** Roles of the cluster that only read, or read what a namespace holds. */
const HARMLESS = ['view'];

function roleBinding(object: KubeObject): Fit {
  const { kind, name } = ((object as unknown as Fields).roleRef ?? {}) as Fields;
  return kind === 'ClusterRole' && !HARMLESS.includes(String(name))
    ? refused(
        'PreviewRights',
        `a preview binds no ClusterRole but ${HARMLESS.join(', ')}`,
        'Bind a Role of its own.',
      )
    : { object };
}

const refused = (reason: string, message: string, remedy: string): Fit => ({
  problem: { reason, message, remedy },
});
