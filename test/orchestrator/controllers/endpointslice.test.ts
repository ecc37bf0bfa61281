import { expect } from 'chai';
import type { EndpointSlice, Pod, Service } from '../../../src/kube/kinds/objects.data.ts';
import { decideSlices } from '../../../src/orchestrator/controllers/endpointslice/decide.ts';
import { pod } from './notation.ts';

describe('endpoint slices', () => {
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
  /** Carries the decision out: the slices afterwards. */
  const settle = (
    one: Service,
    pods: readonly Pod[],
    slices: readonly EndpointSlice[] = [],
  ): readonly EndpointSlice[] => {
    const actions = decideSlices(one, pods, slices);
    const touched = new Set(actions.map(({ slice }) => slice.metadata.name));
    return [
      ...slices.filter((slice) => !touched.has(slice.metadata.name)),
      ...actions.flatMap(({ type, slice }) => (type === 'delete' ? [] : [slice])),
    ];
  };
  const many = (n: number) =>
    Array.from({ length: n }, (_, i) => pod(`p${i}`, { ip: `127.201.0.${i}`, ready: 1 }));
  const sizes = (slices: readonly EndpointSlice[]) => slices.map(({ endpoints }) => endpoints?.length).sort();

  it('says of each pod whether it is ready, serves, and terminates', () => {
    const pods = [
      pod('a', { ip: '1', ready: 1 }),
      pod('b', { ip: '2' }),
      pod('c', { ip: '3', ready: 1, leaving: true }),
      pod('d', { ready: 1 }),
      pod('e', { ip: '5', phase: 'Succeeded' }),
    ];
    const words = settle(service(), pods)[0]?.endpoints?.map(({ addresses, conditions }) => [
      addresses[0],
      conditions,
    ]);
    expect(words).to.deep.equal([
      ['1', { ready: true, serving: true, terminating: false }],
      ['2', { ready: false, serving: false, terminating: false }],
      ['3', { ready: false, serving: true, terminating: true }],
    ]);
    const published = settle(service({ publishNotReadyAddresses: true }), pods)[0]?.endpoints;
    expect(published?.map(({ conditions }) => conditions?.ready)).to.deep.equal([true, true, true]);
  });

  it('has an empty slice for a Service without pods, and fills that one later', () => {
    const empty = settle(service(), []);
    expect(sizes(empty)).to.deep.equal([0]);
    const filled = settle(service(), many(1), empty);
    expect(sizes(filled)).to.deep.equal([1]);
    expect(filled[0]?.metadata.labels).to.deep.equal({
      team: 'a',
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    });
  });

  it('holds a hundred endpoints in each slice and changes only the slice that it must', () => {
    const slices = settle(service(), many(250));
    expect(sizes(slices)).to.deep.equal([100, 100, 50].sort());
    const pods = many(250).map((one, i) => (i === 3 ? pod('p3', { ip: '127.201.0.3' }) : one));
    expect(decideSlices(service(), pods, slices).map(({ type }) => type)).to.deep.equal(['update']);
  });

  it('has nothing to do once it is done (law)', () => {
    for (const n of [0, 1, 99, 100, 101, 230]) {
      const slices = settle(service(), many(n));
      expect(decideSlices(service(), many(n), slices)).to.deep.equal([]);
      expect(
        decideSlices(service(), many(Math.floor(n / 2)), settle(service(), many(Math.floor(n / 2)), slices)),
      ).to.deep.equal([]);
    }
  });

  it('leaves a target port out for a pod that has no port of that name', () => {
    const slices = settle(service({ ports: [{ name: 'x', port: 80, targetPort: 'none' }] }), many(1));
    expect(slices[0]?.ports).to.deep.equal([]);
  });
});
