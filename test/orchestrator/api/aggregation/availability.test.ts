import { expect } from 'chai';
import type { APIService, EndpointSlice, Service } from '../../../../src/kube/kinds/objects.data.ts';
import {
  failedDiscovery,
  obstacleAt,
  PASSED,
  withFinding,
} from '../../../../src/orchestrator/api/aggregation/availability.ts';

const metadata = { name: 'fleet', namespace: 'shop' };
const service = (port: number): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec: { ports: [{ name: 'https', port }] },
});
const slice = (ready: boolean | undefined, name = 'https'): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata,
  addressType: 'IPv4',
  endpoints: [{ addresses: ['127.0.0.1'], ...(ready === undefined ? {} : { conditions: { ready } }) }],
  ports: [{ name, port: 8443 }],
});

describe('the Service of an APIService', () => {
  const found = (of: Service | undefined, slices: readonly EndpointSlice[]) =>
    obstacleAt({ namespace: 'shop', name: 'fleet', port: 443 }, of, slices);
  const missing = {
    status: 'False',
    reason: 'MissingEndpoints',
    message: 'endpointslices for service/fleet in "shop" have no addresses with port name "https"',
  };

  it('has to be there', () => {
    expect(found(undefined, [])).to.deep.equal({
      status: 'False',
      reason: 'ServiceNotFound',
      message: 'service/fleet in "shop" is not present',
    });
  });

  it('has to have the port', () => {
    expect(found(service(80), [slice(true)])).to.include({
      reason: 'ServicePortError',
      message: 'service/fleet in "shop" is not listening on port 443',
    });
  });

  it('has to have endpoint slices', () => {
    expect(found(service(443), [])).to.include({
      reason: 'EndpointsNotFound',
      message: 'cannot find endpointslices for service/fleet in "shop"',
    });
  });

  it('has to have an endpoint that is ready, at the port', () => {
    expect(found(service(443), [slice(false)])).to.deep.equal(missing);
    expect(found(service(443), [slice(true, 'other')])).to.deep.equal(missing);
  });

  it('is no obstacle then; an endpoint that says nothing of it is ready', () => {
    expect(found(service(443), [slice(false), slice(true)])).to.equal(undefined);
    expect(found(service(443), [slice(undefined)])).to.equal(undefined);
  });
});

describe('the condition Available of an APIService', () => {
  const NOW = Date.parse('2026-01-01T00:00:00Z');
  const spec = { groupPriorityMinimum: 1, versionPriority: 1 };
  const fresh: APIService = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata, spec };
  const conditionsOf = (one: APIService | undefined) => one?.status?.conditions;

  it('says what has been found and since when', () => {
    expect(conditionsOf(withFinding(fresh, PASSED, NOW))).to.deep.equal([
      {
        type: 'Available',
        status: 'True',
        reason: 'Passed',
        message: 'all checks passed',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ]);
  });

  it('is not written again while it says the same', () => {
    const written = withFinding(fresh, PASSED, NOW) ?? fresh;
    expect(withFinding(written, PASSED, NOW + 60_000)).to.equal(undefined);
  });

  it('keeps the time of the last change of its status, and the conditions of others', () => {
    const other = {
      type: 'Other',
      status: 'True',
      reason: 'x',
      message: '',
      lastTransitionTime: '',
    } as const;
    const before = { ...fresh, status: { conditions: [other] } };
    const written = withFinding(before, failedDiscovery('no answer'), NOW) ?? fresh;
    const later = conditionsOf(withFinding(written, failedDiscovery('still none'), NOW + 60_000));
    expect(later?.[0]).to.deep.equal(other);
    expect(later?.[1]).to.deep.include({ message: 'still none', lastTransitionTime: '2026-01-01T00:00:00Z' });
    const back = conditionsOf(withFinding(written, PASSED, NOW + 60_000));
    expect(back?.[1]).to.deep.include({ status: 'True', lastTransitionTime: '2026-01-01T00:01:00Z' });
  });
});
