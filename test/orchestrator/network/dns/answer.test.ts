import { expect } from 'chai';
import type { EndpointSlice, Service } from '../../../../src/kube/kinds/objects.data.ts';
import { answer } from '../../../../src/orchestrator/network/dns/answer.ts';
import { type DnsRecord, TYPE } from '../../../../src/orchestrator/network/dns/wire.ts';
import { zoneOf } from '../../../../src/orchestrator/network/dns/zone.ts';
import { containerView } from '../../../../src/orchestrator/network/relay/ranges.ts';

const service = (name: string, spec: object, namespace = 'shop'): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec,
});
const ports = [{ name: 'http', port: 80, protocol: 'TCP' as const }];
const slice = (name: string, endpoints: EndpointSlice['endpoints'], port = 8080): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${name}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: [{ name: 'http', port, protocol: 'TCP' }],
  endpoints,
});

const zone = zoneOf(
  [
    service('web', {
      clusterIP: '127.200.1.2',
      ports: [...ports, { name: 'dns', port: 53, protocol: 'UDP' }],
    }),
    service('db', { clusterIP: 'None', ports }),
    service('out', { type: 'ExternalName', externalName: 'Example.com.' }),
    service('long', { type: 'ExternalName', externalName: `${'a'.repeat(64)}.example.com` }),
    service('kubernetes', { clusterIP: '127.200.0.1', ports }, 'default'),
  ],
  [
    slice('web', [{ addresses: ['10.4.0.9'] }]),
    slice('db', [
      { addresses: ['10.4.0.7'], hostname: 'db-0' },
      { addresses: ['127.72.0.5'], hostname: 'db-1' },
      { addresses: ['127.0.0.1'], hostname: 'db-2' },
      { addresses: ['10.4.0.8'], conditions: { ready: false }, hostname: 'db-3' },
      { addresses: ['10.4.0.11'] },
    ]),
  ],
);
const view = containerView(
  { processes: '127.72.0.0/16', services: '127.200.0.0/16' },
  { pods: '10.4.0.0/16', relay: '10.5.0.2', processes: '10.6.0.0/16', services: '10.7.0.0/16' },
);

const word = (record: DnsRecord): string => {
  if (record.type === 'A') return record.address;
  if (record.type === 'SRV') return `${record.port} ${record.target}`;
  if (record.type === 'TXT') return record.text;
  return record.type === 'AAAA' || record.type === 'SOA' ? record.type : record.target;
};

function ask(name: string, type: keyof typeof TYPE = 'A') {
  const said = answer({ name, type: TYPE[type] }, zone, view);
  if (said.type !== 'answer') return said.type;
  if (said.answer.code !== 0) return 'no such name';
  return said.answer.answers.map(word).join(', ');
}

/** A name, a type, and what is said of it; nothing: the name is there, and has no such record. */
type Row = readonly [string, keyof typeof TYPE, string];

function hold(...rows: readonly Row[]): void {
  for (const [name, type, said] of rows) expect(ask(name, type), `${type} ${name}`).to.equal(said);
}

describe('names of the cluster, as containers ask for them', () => {
  it('are, of a Service, the address by which containers reach it', () =>
    hold(
      ['web.shop.svc.cluster.local', 'A', '10.7.1.2'],
      ['web.shop.svc.cluster.local', 'AAAA', ''],
      ['kubernetes.default.svc.cluster.local', 'A', '10.7.0.1'],
      ['web.other.svc.cluster.local', 'A', 'no such name'],
      ['none.shop.svc.cluster.local', 'A', 'no such name'],
      ['constructor.shop.svc.cluster.local', 'A', 'no such name'],
      ['more.web.shop.svc.cluster.local', 'A', 'no such name'],
    ));

  it('are, of the port of a Service, its number and the name of the Service', () =>
    hold(
      ['_http._tcp.web.shop.svc.cluster.local', 'SRV', '80 web.shop.svc.cluster.local'],
      ['_dns._udp.web.shop.svc.cluster.local', 'SRV', '53 web.shop.svc.cluster.local'],
      ['_http._udp.web.shop.svc.cluster.local', 'SRV', 'no such name'],
      ['_http._tcp.web.shop.svc.cluster.local', 'A', ''],
    ));

  it('are, of a headless Service, the pods that are ready and that containers reach', () =>
    hold(
      ['db.shop.svc.cluster.local', 'A', '10.4.0.7, 10.6.0.5, 10.4.0.11'],
      ['db-0.db.shop.svc.cluster.local', 'A', '10.4.0.7'],
      ['db-1.db.shop.svc.cluster.local', 'A', '10.6.0.5'],
      ['10-4-0-11.db.shop.svc.cluster.local', 'A', '10.4.0.11'],
      ['db-3.db.shop.svc.cluster.local', 'A', 'no such name'],
      [
        '_http._tcp.db.shop.svc.cluster.local',
        'SRV',
        '8080 db-0.db.shop.svc.cluster.local, 8080 db-1.db.shop.svc.cluster.local, 8080 10-4-0-11.db.shop.svc.cluster.local',
      ],
    ));

  it('are, of an external name, that name', () =>
    hold(
      ['out.shop.svc.cluster.local', 'A', 'alias'],
      ['a.out.shop.svc.cluster.local', 'A', 'no such name'],
    ));

  it('are none, of an external name that DNS cannot carry', () =>
    hold(['long.shop.svc.cluster.local', 'A', 'no such name']));

  it('are, of an address with dashes, that address, in namespaces that there are', () =>
    hold(
      ['10-4-0-9.shop.pod.cluster.local', 'A', '10.4.0.9'],
      ['127-72-0-5.shop.pod.cluster.local', 'A', '10.6.0.5'],
      ['10-4-0-9.none.pod.cluster.local', 'A', 'no such name'],
      ['web.shop.pod.cluster.local', 'A', 'no such name'],
    ));

  it('are there without records where longer names are, and not there elsewhere', () =>
    hold(
      ['cluster.local', 'A', ''],
      ['svc.cluster.local', 'A', ''],
      ['shop.svc.cluster.local', 'A', ''],
      ['other.svc.cluster.local', 'A', 'no such name'],
      ['other.cluster.local', 'A', 'no such name'],
      ['dns-version.cluster.local', 'TXT', '1.1.0'],
    ));

  it('are found by the addresses that containers have for them', () =>
    hold(
      ['2.1.7.10.in-addr.arpa', 'PTR', 'web.shop.svc.cluster.local'],
      ['7.0.4.10.in-addr.arpa', 'PTR', 'db-0.db.shop.svc.cluster.local'],
      ['5.0.6.10.in-addr.arpa', 'PTR', 'db-1.db.shop.svc.cluster.local'],
      ['9.9.7.10.in-addr.arpa', 'PTR', 'no such name'],
      ['1.2.0.192.in-addr.arpa', 'PTR', 'elsewhere'],
    ));

  it('are none of the cluster where they do not end as its names do', () =>
    hold(
      ['example.com', 'A', 'elsewhere'],
      ['notcluster.local', 'A', 'elsewhere'],
      ['web', 'A', 'elsewhere'],
    ));

  it('say for how long it may be remembered that there is nothing', () => {
    const said = answer({ name: 'none.shop.svc.cluster.local', type: TYPE.A }, zone, view);
    expect(said.type === 'answer' && said.answer.authority[0]).to.deep.include({ type: 'SOA', minimum: 5 });
  });
});
