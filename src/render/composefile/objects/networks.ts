import type { Json } from '../../../kube/values/types.ts';
import type { Written as Placed } from '../../manifests/read.ts';
import { entriesOf, member } from '../load/node.ts';
import { refuse } from '../load/report.ts';
import { objectName, type Project, type Service } from '../project.ts';
import { Fields } from '../read/fields.ts';
import { askedIngress, ingressPort } from './ingress.ts';
import { labelsOf, made, selectorOf, type Texts } from './labels.ts';
import { takeObjectName } from './names.ts';
import { frontsOf } from './serviceports.ts';

const LABEL = 'network.compose.pilotage.dev';

const labelOf = (network: string): string => `${LABEL}/${objectName(network)}`;

/** The networks of a service: `default` where it names none; none of a network mode. */
export function networksOf({ fields }: Service): readonly string[] {
  const at = fields.at('networks');
  if (fields.text('network_mode') !== undefined) return [];
  const names =
    at?.kind === 'map' ? [...at.entries.keys()] : fields.texts('networks').map(({ text }) => text);
  return names.length === 0 ? ['default'] : names;
}

/** Whether networks keep services apart: two have none in common, or one is internal. Otherwise nothing has to be forbidden. */
export function separates(project: Project): boolean {
  const all = [...project.services.values()].map(networksOf).filter((names) => names.length > 0);
  const isApart = all.some((some) => all.some((others) => !some.some((name) => others.includes(name))));
  return isApart || all.flat().some((name) => isInternal(project, name));
}

const definitionOf = (project: Project, name: string) => member(member(project.root, 'networks'), name);

const isInternal = (project: Project, name: string): boolean =>
  new Fields(definitionOf(project, name), project.report, `networks.${name}`).boolean('internal') === true;

/** Labels of pods that say which networks they are in. */
export const networkLabels = (service: Service, isApart: boolean): Texts =>
  isApart ? Object.fromEntries(networksOf(service).map((name) => [labelOf(name), 'true'])) : {};

/**
 * Who reaches whom, as policies: within each network all pods reach one another, and what is published is reached by everybody. A service whose
 * networks are all internal reaches nothing else but names.
 */
export function networkPolicies(project: Project, app: string, isApart: boolean): readonly Placed[] {
  for (const service of project.services.values()) checkNetworks(project, service);
  const closed = [...project.services.values()].filter(
    ({ fields }) => fields.text('network_mode') === 'none',
  );
  const open = isApart ? [...project.services.values()].filter((one) => networksOf(one).length > 0) : [];
  return [
    ...open.map((service) => policyOf(project, service, app)),
    ...closed.map((service) => noNetwork(service, app)),
  ];
}

function checkNetworks(project: Project, { name, fields }: Service): void {
  const at = fields.at('networks');
  const known = new Set(['default', ...entriesOf(member(project.root, 'networks')).map(([key]) => key)]);
  const names =
    at?.kind === 'map' ? [...at.entries.keys()] : fields.texts('networks').map(({ text }) => text);
  for (const network of names) {
    if (at) takeObjectName(project, { kind: 'network', text: network, source: `networks.${network}`, at });
    if (at && !known.has(network))
      refuse(
        project.report,
        at,
        'Undefined',
        `the network ${network} of ${name} is not defined under networks`,
        `Add networks: {${network}: }.`,
      );
  }
}

function policyOf(project: Project, service: Service, app: string): Placed {
  const names = networksOf(service);
  const peers = names.map(
    (name): Json => ({
      podSelector: { matchLabels: { 'app.kubernetes.io/instance': app, [labelOf(name)]: 'true' } },
    }),
  );
  const published = publishedPorts(project, service);
  const ingress: readonly Json[] = [{ from: peers }, ...(published.length > 0 ? [{ ports: published }] : [])];
  const isClosed = names.every((name) => isInternal(project, name));
  const egress: readonly Json[] = [{ to: peers }, { ports: DNS }];
  return policy(
    service,
    app,
    isClosed
      ? { policyTypes: ['Ingress', 'Egress'], ingress, egress }
      : { policyTypes: ['Ingress'], ingress },
  );
}

const DNS: readonly Json[] = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
];

/** Ports that are reached from outside: published, or behind an ingress. */
function publishedPorts(project: Project, service: Service): readonly Json[] {
  const asked = askedIngress(service);
  const all = frontsOf(project, service);
  const behind = asked && ingressPort(asked, all);
  const fronts = all.filter(({ published, port }) => published !== undefined || port === behind);
  return fronts.map(({ target, protocol }) => ({ port: target, protocol }));
}

const noNetwork = (service: Service, app: string): Placed =>
  policy(service, app, { policyTypes: ['Ingress', 'Egress'] });

function policy(service: Service, app: string, rules: Readonly<Record<string, Json>>): Placed {
  const head = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    name: service.object,
    labels: labelsOf(app, service.object),
  };
  const podSelector = { matchLabels: selectorOf(app, service.object) };
  return made(head, { spec: { podSelector, ...rules } }, service.at.place);
}
