import { expect } from 'chai';
import { type Environment, type EnvironmentStatus, PILOTAGE_API_VERSION } from '../../src/model/types.ts';
import { factsOf } from '../../src/notify/decide/facts.ts';

const OLD = 'a'.repeat(40);
const NEW = 'b'.repeat(40);
const well = {
  ...{ wantedRevision: NEW, deployedRevision: NEW },
  ...{ sync: 'Synced', phase: 'Idle', health: 'Healthy' },
} as const;

function facts(spec: Partial<Environment['spec']>, status: Partial<EnvironmentStatus>) {
  const environment = {
    apiVersion: PILOTAGE_API_VERSION,
    kind: 'Environment',
    metadata: { namespace: 'pilotage', name: 'shop.prod' },
    spec: {
      ...{ delivery: 'shop', environment: 'prod', branch: 'prod', path: '', namespace: 'shop-prod' },
      ...spec,
    },
    status: { ...well, ...status },
  } as Environment;
  return factsOf({ environment, release: undefined, promotions: [] });
}

describe('what there is to tell of an environment', () => {
  const pin = { revision: OLD, reason: 'errors', by: 'ann', since: '2026-01-01T00:00:00Z' };

  it('is that it is well at the revision that it is pinned to, whatever its branch says', () => {
    expect(facts({ pin }, { deployedRevision: OLD })).to.include({ isAt: true, isWell: true, revision: OLD });
  });

  it('is not that it is well while what it is pinned to is still to come', () => {
    expect(facts({ pin }, {})).to.include({ isAt: false, isWell: false, revision: OLD });
  });

  it('is drift from the revision that it is pinned to', () => {
    expect(facts({ pin }, { deployedRevision: OLD, sync: 'OutOfSync' }).drift).to.have.length(1);
  });

  it('is trouble', () => {
    expect(facts({}, { health: 'Degraded' }).trouble?.kind).to.equal('degraded');
    expect(facts({}, { phase: 'Failed' }).trouble?.kind).to.equal('failed');
  });

  it('is no trouble and no drift while it is suspended, be it itself, its delivery or everything', () => {
    const suspended = { phase: 'Suspended', health: 'Degraded', sync: 'OutOfSync' } as const;
    for (const spec of [{}, { suspended: true }]) {
      const { trouble, drift, isWell } = facts(spec, suspended);
      expect(trouble).to.equal(undefined);
      expect(drift).to.deep.equal([]);
      expect(isWell).to.equal(false);
    }
  });
});
