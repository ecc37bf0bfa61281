import type { Json } from '../../../kube/values/types.ts';
import type { Written as Placed } from '../../manifests/read.ts';
import { refuse } from '../load/report.ts';
import type { Service } from '../project.ts';
import { conversionLabel, labelsOf, made } from './labels.ts';
import type { Front } from './serviceports.ts';
import { shaped, some } from './shape.ts';

/** What a service says of the way to it from outside: `x-pilotage.ingress`, or kompose's labels. */
interface Asked {
  /** Host, or host and path; '' is every host. */
  readonly hosts: readonly string[];
  readonly port?: number;
  readonly className?: string;
  readonly tlsSecret?: string;
}

export function askedIngress(service: Service): Asked | undefined {
  const own = service.fields.below('x-pilotage').below('ingress');
  if (own.node) return asOwn(own);
  const said = conversionLabel(service, 'service.expose');
  if (said === undefined || said === '' || said.toLowerCase() === 'false') return undefined;
  const [className, tlsSecret] = [
    conversionLabel(service, 'service.expose.ingress-class-name'),
    conversionLabel(service, 'service.expose.tls-secret'),
  ];
  const hosts = said.split(',').map((host) => (host.trim().toLowerCase() === 'true' ? '' : host.trim()));
  return { hosts, ...(className ? { className } : {}), ...(tlsSecret ? { tlsSecret } : {}) };
}

function asOwn(own: Service['fields']): Asked {
  const path = own.text('path') ?? '';
  const hosts = [own.text('host'), ...own.texts('hosts').map(({ text }) => text)].filter(
    (host) => host !== undefined,
  );
  const [port, className, tlsSecret] = [own.integer('port', 1), own.text('class'), own.text('tlsSecret')];
  return {
    hosts: (hosts.length > 0 ? hosts : ['']).map((host) => host + path),
    ...(port === undefined ? {} : { port }),
    ...(className ? { className } : {}),
    ...(tlsSecret ? { tlsSecret } : {}),
  };
}

/** The port that an ingress leads to: the one that it names, else the first. */
export const ingressPort = ({ port }: Asked, fronts: readonly Front[]): number | undefined =>
  port ?? fronts.find(({ protocol }) => protocol === 'TCP')?.port;

/** The Ingress of a service; none where it has no port. */
export function ingressObject(
  service: Service,
  asked: Asked,
  fronts: readonly Front[],
  app: string,
): readonly Placed[] {
  const port = ingressPort(asked, fronts);
  if (port === undefined) {
    refuse(
      service.fields.report,
      service.at,
      'NoPort',
      `${service.name} asks for an ingress and has no port`,
      'Add expose: ["PORT"].',
    );
    return [];
  }
  const backend = { service: { name: service.object, port: { number: port } } };
  const rules = asked.hosts.map((text) => {
    const slash = text.indexOf('/');
    const host = slash < 0 ? text : text.slice(0, slash);
    const path = slash < 0 ? '/' : text.slice(slash);
    return shaped({ host: host || undefined, http: { paths: [{ path, pathType: 'Prefix', backend }] } });
  });
  const hosts = rules.flatMap(({ host }): readonly Json[] => (host === undefined ? [] : [host]));
  const tls = asked.tlsSecret ? [shaped({ hosts: some(hosts), secretName: asked.tlsSecret })] : undefined;
  const spec = shaped({ ingressClassName: asked.className, rules, tls });
  const head = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    name: service.object,
    labels: labelsOf(app, service.object),
  };
  return [made(head, { spec }, service.at.place)];
}
