import { expect } from 'chai';
import type { EndpointSlice, Endpoints, Pod, Service } from '../../../src/kube/kinds/objects.data.ts';
import { endpointsOf } from '../../../src/orchestrator/controllers/endpoints/decide.ts';
import {
  decideMirror,
  isMirrored,
} from '../../../src/orchestrator/controllers/endpointslicemirroring/decide.ts';
import { pod } from './notation.ts';

const service = (spec: object = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', uid: 's', labels: { team: 'a' } },
  spec: {
    selector: { app: 'web' },
    clusterIP: '127.200.0.1',
    ports: [{ name: 'http', port: 80, targetPort: 'http' }],
    ...spec,
  },
});

describe('the Endpoints of a Service', () => {
  const ips = (one: Endpoints) =>
    (one.subsets ?? []).map(({ addresses = [], notReadyAddresses = [], ports = [] }) => [
      addresses.map(({ ip }) => ip).join(),
      notReadyAddresses.map(({ ip }) => ip).join(),
      ports.map(({ name, port }) => `${name}:${port}`).join(),
    ]);
  const pods = [
    pod('b', { ip: '10.0.0.2', ready: 1 }),
    pod('a', { ip: '10.0.0.1', ready: 1 }),
    pod('c', { ip: '10.0.0.3' }),
    pod('d', { ip: '10.0.0.4', ready: 1, leaving: true }),
    pod('e', { ip: '10.0.0.5', phase: 'Succeeded' }),
    pod('f', { ready: 1 }),
  ];

  it('are its pods, those apart that are not ready; one that is ending is none of them', () => {
    const wanted = endpointsOf(service(), pods, undefined);
    expect(ips(wanted)).to.deep.equal([['10.0.0.1,10.0.0.2', '10.0.0.3', 'http:8080']]);
    expect(wanted.metadata).to.deep.equal({
      name: 'web',
      namespace: 'shop',
      labels: { team: 'a', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
    });
    expect(wanted.subsets?.[0]?.addresses?.[0]).to.deep.equal({
      ip: '10.0.0.1',
      nodeName: 'n1',
      targetRef: { kind: 'Pod', namespace: 'shop', name: 'a', uid: 'a' },
    });
  });

  it('are written again only when something has changed', () => {
    const settled = endpointsOf(service(), pods, undefined);
    expect(endpointsOf(service(), pods.toReversed(), settled)).to.equal(settled);
    expect(endpointsOf(service(), pods.slice(1), settled)).to.not.equal(settled);
  });

  it('are there without a pod, and without ports where a headless Service has none', () => {
    expect(endpointsOf(service(), [], undefined)).to.not.have.property('subsets');
    const headless = endpointsOf(service({ clusterIP: 'None', ports: [] }), pods.slice(0, 1), undefined);
    expect(ips(headless)).to.deep.equal([['10.0.0.2', '', '']]);
    expect(headless.metadata.labels).to.include({ 'service.kubernetes.io/headless': '' });
  });

  it('are ready, whatever they are, where their Service publishes them so', () => {
    const published = endpointsOf(service({ publishNotReadyAddresses: true }), pods, undefined);
    expect(ips(published)).to.deep.equal([['10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4', '', 'http:8080']]);
  });

  it('are a thousand at most, the ready ones first, and say that there are more', () => {
    const many: Pod[] = Array.from({ length: 1200 }, (_, i) =>
      pod(`p${i}`, { ip: `10.0.${Math.floor(i / 250)}.${i % 250}`, ...(i % 2 ? { ready: 1 } : {}) }),
    );
    const { subsets, metadata } = endpointsOf(service(), many, undefined);
    expect(subsets?.map((one) => [one.addresses?.length, one.notReadyAddresses?.length])).to.deep.equal([
      [600, 400],
    ]);
    expect(metadata.annotations).to.deep.equal({ 'endpoints.kubernetes.io/over-capacity': 'truncated' });
  });
});

describe('the mirror of Endpoints without selector', () => {
  const endpoints = (subsets: Endpoints['subsets'], metadata: object = {}): Endpoints => ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'db', namespace: 'shop', uid: 'e', ...metadata },
    ...(subsets ? { subsets } : {}),
  });
  const one = endpoints([
    {
      addresses: [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }],
      notReadyAddresses: [{ ip: '192.0.2.2' }],
      ports: [{ port: 5432 }],
    },
  ]);
  const created = (source: Endpoints): readonly EndpointSlice[] =>
    decideMirror(source, []).map(({ slice }) => slice);

  it('is a slice for each family of addresses', () => {
    const slices = created(one);
    expect(
      slices.map(({ addressType, endpoints: all, ports }) => [
        addressType,
        all?.map(({ addresses, conditions }) => `${addresses[0]} ${conditions?.ready}`),
        ports,
      ]),
    ).to.deep.equal([
      ['IPv4', ['192.0.2.1 true', '192.0.2.2 false'], [{ name: '', port: 5432, protocol: 'TCP' }]],
      ['IPv6', ['2001:db8::1 true'], [{ name: '', port: 5432, protocol: 'TCP' }]],
    ]);
    expect(new Set(slices.map(({ metadata }) => metadata.name)).size).to.equal(2);
    expect(slices[0]?.metadata.labels).to.deep.equal({
      'kubernetes.io/service-name': 'db',
      'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
    });
    expect(slices[0]?.metadata.ownerReferences?.[0]).to.include({
      kind: 'Endpoints',
      uid: 'e',
      controller: true,
    });
  });

  it('is left alone when it says the same, changed where it does not, and gone with what it mirrors', () => {
    const slices = created(one);
    expect(decideMirror(one, slices)).to.deep.equal([]);
    const moved = endpoints([{ addresses: [{ ip: '192.0.2.9' }], ports: [{ port: 5432 }] }]);
    const actions = decideMirror(moved, slices);
    expect(actions.map(({ type, slice }) => `${type} ${slice.addressType}`)).to.deep.equal([
      'update IPv4',
      'delete IPv6',
    ]);
    expect(decideMirror(undefined, slices).map(({ type }) => type)).to.deep.equal(['delete', 'delete']);
  });

  it('is not made where its author does not want it', () => {
    expect(isMirrored(one)).to.equal(true);
    expect(
      isMirrored(endpoints([], { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } })),
    ).to.equal(false);
    expect(
      isMirrored(endpoints([], { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } })),
    ).to.equal(false);
  });

  it('copies no annotation that speaks of the Endpoints alone', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'x' };
    expect(
      created({ ...one, metadata: { ...one.metadata, annotations } })[0]?.metadata.annotations,
    ).to.deep.equal({
      note: 'x',
    });
  });
});
