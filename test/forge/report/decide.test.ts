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
  const { state, description, deployment } = shownOf(environment(status, spec), undefined) ?? {};
  return [state, description, deployment];
};
const there = { deployedRevision: NEW, sync: 'Synced' } as const;

describe('what a forge is shown of an environment', () => {
  it('is nothing before it has a commit', () => {
    expect(shownOf({ ...environment({}), status: {} } as Environment, undefined)).to.equal(undefined);
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

  it('is our own words, and nothing that a cluster, a program or a person said', () => {
    const said = 'Secret db-hunter2 in node-7.corp.internal: password=hunter2\n  log line';
    const held = (type: string) => ({
      conditions: [{ type, status: 'True', reason: said, message: said } as never],
    });
    const everything: readonly Partial<EnvironmentStatus>[] = [
      { phase: 'Failed', message: said },
      { ...there, health: 'Degraded', message: said },
      { ...there, health: 'Healthy', message: said, urls: ['https://shop.corp.internal'] },
      { phase: 'Frozen', message: said, ...held('Frozen') },
      { message: said, ...held('Held') },
      { phase: 'Suspended', message: said },
      { waitsForGates: said },
      { phase: 'Applying', message: said },
    ];
    const all = everything.map((status) => shownOf(environment(status), undefined));
    expect(all.map((one) => one?.description)).to.deep.equal([
      'Failed. See: pilotage why shop/dev',
      'Deployed, and degraded. See: pilotage why shop/dev',
      'Deployed and healthy.',
      'Frozen. See: pilotage why shop/dev',
      'Waits for a person. See: pilotage why shop/dev',
      'Suspended: nothing is deployed.',
      'Waits for the gates of its promotion.',
      'Being deployed.',
    ]);
    expect(JSON.stringify(all)).not.to.match(/hunter2|internal|log line/);
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

  it('leads to the face where people elsewhere reach it, and nowhere else', () => {
    const urls = ['https://shop.example.com'];
    expect(shownOf(environment({ urls }), undefined)).not.to.have.property('url');
    expect(shownOf(environment({ urls }), 'https://pilotage.example.com')?.url).to.equal(
      'https://pilotage.example.com',
    );
  });
});
