import { expect } from 'chai';
import type { Ingress } from '../../../../src/kube/kinds/objects.data.ts';
import { statusPatch } from '../../../../src/orchestrator/network/ingress/report.ts';
import { ingress, PORTS } from './notation.ts';

const FACE = { host: '127.0.0.1', ports: PORTS };
const SERVED = [
  {
    ip: '127.0.0.1',
    ports: [
      { port: 7081, protocol: 'TCP' },
      { port: 7444, protocol: 'TCP' },
    ],
  },
];
const PROBLEMS = 'pilotage.dev/ingress-problems';

const withStatus = (
  addresses: NonNullable<NonNullable<Ingress['status']>['loadBalancer']>['ingress'],
): Ingress => ({
  ...ingress(),
  status: { loadBalancer: { ingress: addresses ?? [] } },
});

describe('the status of an Ingress', () => {
  const gone = { reason: 'ServiceMissing', message: 'there is no Service shop/a' } as const;

  it('is written once', () => {
    const patch = statusPatch({ ingress: ingress(), state: 'served', findings: [] }, FACE);
    expect(patch?.status).to.deep.equal({ loadBalancer: { ingress: SERVED } });
    expect(statusPatch({ ingress: withStatus(SERVED), state: 'served', findings: [] }, FACE)).to.equal(
      undefined,
    );
  });

  it('has its problems beside it, and no hints', () => {
    const findings = [gone, { reason: 'UnknownAnnotations', message: 'x' } as const];
    expect(
      statusPatch({ ingress: withStatus(SERVED), state: 'served', findings }, FACE)?.metadata,
    ).to.deep.equal({
      annotations: { [PROBLEMS]: 'ServiceMissing: there is no Service shop/a' },
    });
  });

  it('loses them when they are gone', () => {
    const { metadata, ...rest } = withStatus(SERVED);
    const before = { ...rest, metadata: { ...metadata, annotations: { [PROBLEMS]: 'x' } } };
    expect(statusPatch({ ingress: before, state: 'served', findings: [] }, FACE)?.metadata).to.deep.equal({
      annotations: { [PROBLEMS]: null },
    });
  });

  it('is taken back when its class is another controller’s now, and what that one says stays', () => {
    const left = (status: Ingress) => statusPatch({ ingress: status, state: 'left', findings: [] }, FACE);
    expect(left(withStatus(SERVED))?.status).to.deep.equal({ loadBalancer: { ingress: [] } });
    expect(left(withStatus([{ ip: '192.0.2.1' }]))).to.equal(undefined);
    expect(left(ingress())).to.equal(undefined);
  });
});
