import { expect } from 'chai';
import { shownOf } from '../../../src/forge/report/decide.ts';
import type { Environment, EnvironmentStatus } from '../../../src/model/types.ts';

const NEW = 'b'.repeat(40);
const environment = (
  status: Partial<EnvironmentStatus>,
  spec: Partial<Environment['spec']> = {},
): Environment =>
  ({
    apiVersion: 'pilotage.dev/v1alpha1',
    kind: 'Environment',
    metadata: { name: 'shop.dev' },
    spec: { delivery: 'shop', environment: 'dev', branch: 'main', path: '', namespace: 'shop-dev', ...spec },
    status: { wantedRevision: NEW, ...status },
  }) as Environment;
const shown = (status: Partial<EnvironmentStatus>, spec: Partial<Environment['spec']> = {}) => {
  const { state, description, deployment } = shownOf(environment(status, spec)) ?? {};
  return [state, description, deployment];
};
const there = { deployedRevision: NEW, sync: 'Synced' } as const;

describe('what a forge is shown of an environment', () => {
  it('is nothing before it has a commit', () => {
    expect(shownOf({ ...environment({}), status: {} } as Environment)).to.equal(undefined);
  });

  it('is that it is on its way, that it is there, and that it is well', () => {
    expect(shown({ phase: 'Applying' })).to.deep.equal(['pending', 'Being deployed.', 'running']);
    expect(shown({ ...there, health: 'Progressing' })).to.deep.equal([
      ...['pending', 'Deployed, not healthy yet.', 'running'],
    ]);
    expect(shown({ ...there, health: 'Healthy' })).to.deep.equal([
      'success',
      'Deployed and healthy.',
      'success',
    ]);
  });

  it('is the first line of what failed, and nothing that a program logged', () => {
    const message = 'Deployment web: crash loop\n  password=hunter2';
    expect(shown({ phase: 'Failed', message })).to.deep.equal([
      ...['failure', 'Deployment web: crash loop', 'failure'],
    ]);
    expect(shown({ ...there, health: 'Degraded', message })).to.deep.equal([
      ...['failure', 'Deployed, and degraded: Deployment web: crash loop', 'failure'],
    ]);
  });

  it('is no deployment while it waits for gates, a person, or its pin', () => {
    expect(shown({ waitsForGates: 'approvals' })[2]).to.equal(undefined);
    expect(shown({}, { suspended: true })).to.deep.equal([
      'pending',
      'Suspended: nothing is deployed.',
      undefined,
    ]);
    const pin = { revision: 'a'.repeat(40), reason: 'x', since: '2026-01-01T00:00:00Z' };
    expect(shown({ deployedRevision: pin.revision }, { pin })[1]).to.equal('Pinned to aaaaaaa.');
  });

  it('has an address only where that leads others to it', () => {
    const urls = ['http://web.localhost:8080', 'http://127.0.0.1', 'https://shop.example.com'];
    expect(shownOf(environment({ urls }))?.url).to.equal('https://shop.example.com');
    expect(shownOf(environment({ urls: urls.slice(0, 2) }))?.url).to.equal(undefined);
  });
});
