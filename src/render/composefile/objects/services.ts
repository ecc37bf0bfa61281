import type { Json } from '../../../kube/values/types.ts';
import type { Written as Placed } from '../../manifests/read.ts';
import { entriesOf } from '../load/node.ts';
import { refuse } from '../load/report.ts';
import { objectName, type Project, type Service } from '../project.ts';
import { conversionLabel, labelsOf, made, selectorOf } from './labels.ts';
import { takeName } from './names.ts';
import { dependenciesOf } from './order.ts';
import type { Front } from './serviceports.ts';
import { shaped } from './shape.ts';

type Type = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'Headless';

const TYPES: Readonly<Record<string, Type>> = {
  clusterip: 'ClusterIP',
  nodeport: 'NodePort',
  loadbalancer: 'LoadBalancer',
  headless: 'Headless',
};

/**
 * How a service is reached: what it publishes, by a port of the node; by an ingress, or by others alone, within the cluster. `x-pilotage.service`
 * and `kompose.service.type` say otherwise.
 */
function typeOf(service: Service, fronts: readonly Front[], hasIngress: boolean): Type {
  const own = service.fields.below('x-pilotage');
  const said = (own.text('service') ?? conversionLabel(service, 'service.type'))?.toLowerCase();
  const known = said !== undefined && Object.hasOwn(TYPES, said) ? TYPES[said] : undefined;
  if (said !== undefined && known === undefined)
    refuse(
      service.fields.report,
      own.at('service') ?? service.at,
      'InvalidCompose',
      `${said} is no type of a Service`,
      'Known: clusterip, nodeport, loadbalancer, headless.',
    );
  if (known) return known;
  if (fronts.length === 0) return 'Headless';
  return fronts.some(({ published }) => published !== undefined) && !hasIngress ? 'NodePort' : 'ClusterIP';
}

interface ServiceParts {
  readonly app: string;
  readonly fronts: readonly Front[];
  readonly hasIngress: boolean;
  readonly isJob: boolean;
}

/**
 * The Service of a compose service, and one for each of its other names. Where only some of its ports are published, these have a Service of
 * their own, NAME-published, so that the others stay within the cluster.
 */
export function serviceObjects(
  project: Project,
  service: Service,
  { app, fronts, hasIngress, isJob }: ServiceParts,
): readonly Placed[] {
  const aliases = aliasesOf(project, service);
  const isNamed = fronts.length > 0 || (!isJob && isReferred(project, service)) || aliases.length > 0;
  if (!isNamed || service.fields.text('network_mode') === 'none') return [];
  const type = typeOf(service, fronts, hasIngress);
  const published = fronts.filter((front) => front.published !== undefined);
  const isApart = isOutside(type) && published.length > 0 && published.length < fronts.length;
  const inner = type === 'Headless' ? type : 'ClusterIP';
  const own = serviceObject(service, service.object, app, isApart ? inner : type, fronts);
  return [
    own,
    ...(isApart ? [serviceObject(service, publishedName(service.object), app, type, published)] : []),
    ...aliases.map((alias) => serviceObject(service, alias, app, inner, fronts)),
  ].filter(({ object }) => isFree(project, service, object.metadata.name ?? ''));
}

const isOutside = (type: Type): boolean => type === 'NodePort' || type === 'LoadBalancer';

/** Of the Service of those ports that are reached from outside. */
const publishedName = (object: string): string => `${object.slice(0, 53).replace(/-$/, '')}-published`;

const isFree = (project: Project, { name, at }: Service, object: string): boolean =>
  takeName(project, { kind: 'Service', name: object, source: `services.${name}`, at }) !== undefined;

function serviceObject(
  service: Service,
  name: string,
  app: string,
  type: Type,
  fronts: readonly Front[],
): Placed {
  const ports: readonly Json[] = fronts.flatMap((front, i) => portsOf(service, front, type, i === 0));
  const policy = conversionLabel(service, 'service.external-traffic-policy');
  const spec = shaped({
    type: type === 'Headless' ? 'ClusterIP' : type,
    clusterIP: type === 'Headless' ? 'None' : undefined,
    externalTrafficPolicy:
      isOutside(type) && policy ? (policy.toLowerCase() === 'local' ? 'Local' : 'Cluster') : undefined,
    selector: selectorOf(app, service.object),
    ports: ports.length > 0 ? ports : undefined,
  });
  return made(
    { apiVersion: 'v1', kind: 'Service', name, labels: labelsOf(app, service.object) },
    { spec },
    service.at.place,
  );
}

/**
 * The port of the container; at a load balancer the published number too, and at a node that where it is one of a node. kompose's label is of
 * the first port.
 */
function portsOf(service: Service, front: Front, type: Type, isFirst: boolean): readonly Json[] {
  const { name, port, target, protocol, appProtocol, published } = front;
  const label = isFirst ? conversionLabel(service, 'service.nodeport.port') : undefined;
  const asked = Number(label ?? published);
  const nodePort = type === 'NodePort' && asked >= 30_000 && asked <= 32_767 ? asked : undefined;
  const own = shaped({ name, port, targetPort: target, protocol, nodePort, appProtocol });
  if (type !== 'LoadBalancer' || published === undefined || published === port) return [own];
  return [
    own,
    shaped({ name: `${name}-${published}`, port: published, targetPort: target, protocol, appProtocol }),
  ];
}

/** Whether another service waits for it or links to it: then it looks for it by its name. */
const isReferred = (project: Project, { name }: Service): boolean =>
  [...project.services.values()].some((other) => dependenciesOf(project, other).has(name));

const linksOf = (links: readonly { readonly text: string }[]): readonly (readonly [string, string])[] =>
  links.map(({ text }) => {
    const [name = '', alias = name] = text.split(':');
    return [name, alias] as const;
  });

/** Names besides its own: aliases in networks, its container's, and what others link to it as. */
function aliasesOf(project: Project, service: Service): readonly string[] {
  const { fields } = service;
  const networks = entriesOf(fields.at('networks')).flatMap(([name]) =>
    fields.below('networks').below(name).texts('aliases'),
  );
  const linked = [...project.services.values()].flatMap((other) =>
    linksOf(other.fields.texts('links')).flatMap(([name, alias]) => (name === service.name ? [alias] : [])),
  );
  const container = fields.text('container_name');
  const names = [...networks.map(({ text }) => text), ...linked, ...(container ? [container] : [])].map(
    objectName,
  );
  const taken = new Set([...project.services.values()].map(({ object }) => object));
  return [...new Set(names)].filter((name) => /^[a-z]/.test(name) && !taken.has(name)).sort();
}
