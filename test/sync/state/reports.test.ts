import { expect } from 'chai';
import type { Environment, EnvironmentStatus, Release } from '../../../src/model/types.ts';
import { inPromotionOrder, reasonsOf, statusReport } from '../../../src/sync/state/reports.ts';

const environment = (name: string, status: Partial<EnvironmentStatus> = {}, delivery = 'shop') =>
  ({
    metadata: { name: `${delivery}.${name}` },
    spec: { delivery, environment: name, branch: name, path: '', namespace: `${delivery}-${name}` },
    status: { sync: 'Synced', phase: 'Idle', health: 'Healthy', ...status },
  }) as unknown as Environment;
const from = (source: string): Partial<EnvironmentStatus> => ({
  promotionPolicy: { from: source, auto: false, gates: {} },
});
const names = (all: readonly Environment[]) => inPromotionOrder(all).map(({ spec }) => spec.environment);

describe('the order of environments', () => {
  it('puts sources before what is promoted from them, then names', () => {
    const all = [
      environment('prod', from('preprod')),
      environment('docs'),
      environment('preprod', from('dev')),
      environment('dev'),
    ];
    expect(names(all)).to.deep.equal(['dev', 'docs', 'preprod', 'prod']);
  });

  it('bears a circle and a source that does not exist', () => {
    expect(names([environment('a', from('b')), environment('b', from('a'))])).to.have.members(['a', 'b']);
    expect(names([environment('z', from('nowhere')), environment('a')])).to.deep.equal(['a', 'z']);
  });
});

describe('reports', () => {
  it('keep environments with their delivery, deliveries by name', () => {
    const delivery = (name: string) =>
      ({ metadata: { name }, spec: { repository: { type: 'hosted' } } }) as never;
    const all = [environment('dev'), environment('dev', {}, 'api')];
    const report = statusReport([delivery('shop'), delivery('api')], all);
    expect(report.deliveries.map(({ name, environments }) => [name, environments.length])).to.deep.equal([
      ['api', 1],
      ['shop', 1],
    ]);
  });

  it('show environments whose Delivery somebody deleted, and how they end', () => {
    const [one] = statusReport([], [environment('dev')]).deliveries;
    expect(one?.environments.map(({ name }) => name)).to.deep.equal(['dev']);
    expect(one?.message).to.contain('the Delivery shop is gone').and.contain('pilotage delete');
  });

  it('say Unknown of what nobody has looked at yet', () => {
    const { status: _, ...fresh } = environment('dev');
    const { environment: report } = reasonsOf(fresh as Environment, []);
    expect(report).to.deep.include({
      sync: 'Unknown',
      health: 'Unknown',
      wantedRevision: null,
      deployedRevision: null,
      urls: [],
    });
  });
});

describe('why', () => {
  const failedRelease = { spec: { number: 3 }, status: { result: 'Failed', message: 'too slow' } } as Release;

  it('finds nothing where all is well, whatever an older release says', () => {
    expect(reasonsOf(environment('dev'), [failedRelease]).reasons).to.deep.equal([]);
  });

  it('says what the state says, and what the last release failed of, once each', () => {
    const status = { health: 'Degraded', phase: 'Failed', message: 'web: HTTP 500' } as const;
    expect(
      reasonsOf(environment('dev', status), [failedRelease]).reasons.map(({ message }) => message),
    ).to.deep.equal(['web: HTTP 500', 'Release 3 failed: too slow']);
  });

  it('says a reason once although a condition and the message hold it', () => {
    const condition = { type: 'Frozen', status: 'True', reason: 'BranchMissing', message: 'gone' } as const;
    const status = { phase: 'Frozen', sync: 'Unknown', message: 'gone', conditions: [condition] } as const;
    const { reasons } = reasonsOf(environment('dev', status as never), []);
    expect(reasons).to.deep.equal([{ reason: 'BranchMissing', message: 'gone' }]);
  });
});
