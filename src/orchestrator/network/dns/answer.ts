import { parseIp } from '../../../base/ip.ts';
import { CLUSTER_DOMAIN } from '../../../kube/values/clusterdomain.ts';
import {
  type Answer,
  type DnsRecord,
  isWritable,
  type Question,
  RCODE,
  type RecordData,
  TYPE,
} from './wire.ts';
import type { NamedEndpoint, NamedPort, NamedService, Zone } from './zone.ts';

/** As who asks has addresses: the same pod or Service may have another one elsewhere. */
export interface View {
  /** The address by which the client reaches this one of the API; undefined: by none. */
  shown(address: string): string | undefined;
  /** The address of the API that the client reaches by this one. */
  meant(address: string): string;
}

export type Answered =
  | { readonly type: 'answer'; readonly answer: Answer }
  /** It is no name of the cluster. */
  | { readonly type: 'elsewhere' }
  /** The name stands for one that has to be asked for elsewhere. */
  | { readonly type: 'alias'; readonly alias: DnsRecord; readonly target: string };

/** Seconds (CoreDNS plugin `kubernetes`). */
const TTL = 5;
/** Of the specification that this follows (github.com/kubernetes/dns `docs/specification.md`). */
const SPECIFICATION = '1.1.0';
const REVERSE = '.in-addr.arpa';

/** Kubernetes DNS-Based Service Discovery 1.1.0. */
export function answer(question: Question, zone: Zone, view: View): Answered {
  const { name } = question;
  if (name.endsWith(REVERSE)) return ofAddress(question, zone, view);
  if (name !== CLUSTER_DOMAIN && !name.endsWith(`.${CLUSTER_DOMAIN}`)) return { type: 'elsewhere' };
  const labels = name
    .slice(0, -CLUSTER_DOMAIN.length - 1)
    .split('.')
    .filter(Boolean);
  const kind = labels.at(-1);
  if (labels.length === 0) return existing(question, []);
  if (kind === 'svc') return ofService(question, labels.slice(0, -1), zone, view);
  if (kind === 'pod') return ofPod(question, labels.slice(0, -1), zone, view);
  if (name === `dns-version.${CLUSTER_DOMAIN}`)
    return existing(question, [{ type: 'TXT', text: SPECIFICATION }]);
  return missing();
}

function ofService(question: Question, labels: readonly string[], zone: Zone, view: View): Answered {
  const [service = '', namespace] = labels.slice(-2);
  if (labels.length < 2)
    return labels.length === 0 || hasNamespace(zone, service) ? existing(question, []) : missing();
  const found = own(zone.services, `${service}.${namespace}`);
  if (!found) return missing();
  const inner = labels.slice(0, -2);
  const { name } = question;
  if (found.externalName !== undefined) {
    if (inner.length > 0 || !isWritable(found.externalName)) return missing();
    return {
      type: 'alias',
      alias: { name, ttl: TTL, type: 'CNAME', target: found.externalName },
      target: found.externalName.replace(/\.$/, '').toLowerCase(),
    };
  }
  if (inner.length === 0) return addresses(question, addressesOf(found), view);
  const fullName = `${service}.${namespace}.svc.${CLUSTER_DOMAIN}`;
  const [first = '', second = ''] = inner;
  if (inner.length === 2 && first.startsWith('_') && second.startsWith('_'))
    return ofPort(question, { name: first.slice(1), protocol: second.slice(1) }, found, fullName, view);
  const hosts = found.endpoints.filter(({ hostname }) => hostname === first);
  if (inner.length !== 1 || hosts.length === 0) return missing();
  return addresses(
    question,
    hosts.map(({ address }) => address),
    view,
  );
}

const addressesOf = ({ clusterIP, endpoints }: NamedService): readonly string[] =>
  clusterIP === undefined ? endpoints.map(({ address }) => address) : [clusterIP];

function addresses(question: Question, all: readonly string[], view: View): Answered {
  const shown = new Set(all.flatMap((address) => view.shown(address) ?? []));
  return existing(
    question,
    [...shown].map((address) => ({ type: 'A', address })),
  );
}

/** `_http._tcp.web.shop.svc.cluster.local`. */
function ofPort(
  question: Question,
  wanted: Pick<NamedPort, 'name' | 'protocol'>,
  service: NamedService,
  fullName: string,
  view: View,
): Answered {
  const isWanted = ({ name, protocol }: NamedPort) => name === wanted.name && protocol === wanted.protocol;
  const portOf = ({ ports }: { readonly ports: readonly NamedPort[] }) => ports.find(isWanted)?.port;
  const targets: (readonly [string, number | undefined])[] =
    service.clusterIP === undefined
      ? service.endpoints.filter(isShown(view)).map((one) => [`${one.hostname}.${fullName}`, portOf(one)])
      : [[fullName, portOf(service)]];
  const known = targets.flatMap(([target, port]): RecordData[] =>
    port === undefined ? [] : [{ type: 'SRV', port, target, weight: Math.floor(100 / targets.length) }],
  );
  return known.length > 0 ? existing(question, known) : missing();
}

const isShown =
  (view: View) =>
  ({ address }: NamedEndpoint): boolean =>
    view.shown(address) !== undefined;

/** `10-4-0-7.shop.pod.cluster.local`: any address of any namespace that there is (CoreDNS `pods insecure`, kubeadm's setting). */
function ofPod(question: Question, labels: readonly string[], zone: Zone, view: View): Answered {
  const namespace = labels.at(-1);
  if (namespace !== undefined && !hasNamespace(zone, namespace)) return missing();
  if (labels.length < 2) return existing(question, []);
  const address = labels[0]?.replaceAll('-', '.') ?? '';
  return labels.length === 2 && parseIp(address) ? addresses(question, [address], view) : missing();
}

/** DNS knows of a namespace by its Services alone; every pod's own may be asked for by its address. */
const hasNamespace = ({ services }: Zone, namespace: string): boolean =>
  Object.keys(services).some((key) => key.endsWith(`.${namespace}`));

function ofAddress(question: Question, zone: Zone, view: View): Answered {
  const bytes = question.name.slice(0, -REVERSE.length).split('.').reverse();
  const asked = bytes.join('.');
  const address = parseIp(asked) ? view.meant(asked) : undefined;
  const targets = address === undefined ? [] : namesOf(address, zone);
  if (targets.length > 0)
    return existing(
      question,
      targets.map((target) => ({ type: 'PTR', target })),
    );
  return address !== undefined && (address !== asked || address.startsWith('127.'))
    ? missing()
    : { type: 'elsewhere' };
}

const namesOf = (address: string, { services }: Zone): readonly string[] =>
  Object.entries(services).flatMap(([key, { clusterIP, endpoints }]) => {
    const name = `${key}.svc.${CLUSTER_DOMAIN}`;
    if (clusterIP === address) return [name];
    return endpoints.filter((one) => one.address === address).map(({ hostname }) => `${hostname}.${name}`);
  });

/** The name is there, whether or not it has records of the type. */
function existing({ name, type }: Question, all: readonly RecordData[]): Answered {
  const answers = all
    .filter((data) => type === TYPE.ANY || TYPE[data.type] === type)
    .map((data) => ({ name, ttl: TTL, ...data }));
  return {
    type: 'answer',
    answer: { code: RCODE.ok, answers, authority: answers.length === 0 ? [AUTHORITY] : [] },
  };
}

const missing = (): Answered => ({
  type: 'answer',
  answer: { code: RCODE.noSuchName, answers: [], authority: [AUTHORITY] },
});

/** Says for how long it may be remembered that there is nothing (RFC 2308). */
const AUTHORITY: DnsRecord = {
  name: CLUSTER_DOMAIN,
  ttl: TTL,
  type: 'SOA',
  server: `ns.dns.${CLUSTER_DOMAIN}`,
  mailbox: `hostmaster.${CLUSTER_DOMAIN}`,
  minimum: TTL,
};

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
