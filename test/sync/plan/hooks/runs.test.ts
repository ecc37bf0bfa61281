import { expect } from 'chai';
import type { AppRun, HookRecord } from '../../../../src/model/types.ts';
import { busyHook, type RunFacts, runId, runsNow } from '../../../../src/sync/plan/hooks/runs.ts';

const record = (name: string, state: HookRecord['state'], phase: HookRecord['phase'] = 'PreSync') => ({
  ...{ apiVersion: 'batch/v1', kind: 'Job', namespace: 'ns', name, phase, state },
  startedAt: '2026-01-01T00:00:00Z',
});

const BEGUN: AppRun = {
  ...{ app: 'web', digest: 'aaaa', revision: 'r1', attempt: 1, cause: 'install', state: 'Started' },
};
const DEPLOYED: AppRun = { ...BEGUN, state: 'Complete', release: 4, hooks: [record('migrate', 'Succeeded')] };

const FACTS: RunFacts = { target: 'r1', isRolling: true, isRollback: false, deployed: new Set() };

/** `upgrade 2 Started` of the one app, whose objects have this digest now. */
function now(before: AppRun | undefined, digest: string, facts: Partial<RunFacts> = {}): string {
  const [run] = runsNow(before ? [before] : [], [{ app: 'web', digest }], { ...FACTS, ...facts });
  return `${run?.cause} ${run?.attempt} ${run?.state}`;
}

describe('the run of an app with hooks', () => {
  it('is an installation where the app was never deployed', () => {
    expect(now(undefined, 'aaaa')).to.equal('install 1 Started');
  });

  it('is an upgrade where the inventory has the app, though no run is on record', () => {
    expect(now(undefined, 'aaaa', { deployed: new Set(['web']) })).to.equal('upgrade 1 Started');
  });

  it('is none of what was deployed before hooks were recorded', () => {
    expect(now(undefined, 'aaaa', { isRolling: false })).to.equal('upgrade 0 Complete');
  });

  it('stays an installation until one has succeeded', () => {
    expect(now(BEGUN, 'bbbb', { target: 'r2' })).to.equal('install 2 Started');
    expect(now({ ...BEGUN, state: 'Deployed' }, 'bbbb', { target: 'r2' })).to.equal('upgrade 2 Started');
  });

  it('is a new one where a revision changes the app, and the same where it does not', () => {
    expect(now(DEPLOYED, 'bbbb', { target: 'r2' })).to.equal('upgrade 2 Started');
    expect(now(DEPLOYED, 'aaaa', { target: 'r2' })).to.equal('install 1 Complete');
  });

  it('is a rollback where a person goes back, but never of what was not there', () => {
    expect(now(DEPLOYED, 'bbbb', { target: 'r2', isRollback: true })).to.equal('rollback 2 Started');
    expect(now(BEGUN, 'bbbb', { target: 'r2', isRollback: true })).to.equal('install 2 Started');
  });

  it('is the same for one revision, whatever that renders to now', () => {
    expect(now(DEPLOYED, 'bbbb')).to.equal('install 1 Complete');
    expect(now(DEPLOYED, 'bbbb', { target: 'r2', isRolling: false })).to.equal('install 1 Complete');
  });

  it('repeats what has failed for another revision, or when a person asks, and never by itself', () => {
    const hooks = [record('first', 'Succeeded'), record('migrate', 'Failed')];
    const broken: AppRun = { ...BEGUN, requestedAt: 't1', hooks };
    const names = (facts: Partial<RunFacts>) =>
      runsNow([broken], [{ app: 'web', digest: 'aaaa' }], {
        ...FACTS,
        requestedAt: 't1',
        ...facts,
      })[0]?.hooks?.map(({ name }) => name);
    expect(names({})).to.deep.equal(['first', 'migrate']);
    expect(names({ target: 'r2' })).to.deep.equal(['first']);
    expect(names({ requestedAt: 't2' })).to.deep.equal(['first']);
  });

  it('names another attempt otherwise, so that an old object is not taken for a new one', () => {
    expect(runId(BEGUN, 'PreSync')).not.to.equal(runId({ ...BEGUN, attempt: 2 }, 'PreSync'));
    expect(runId(BEGUN, 'PreSync')).not.to.equal(runId(BEGUN, 'PostSync'));
  });

  it('of an app that is gone is kept', () => {
    expect(runsNow([DEPLOYED], [], FACTS)).to.deep.equal([DEPLOYED]);
  });

  it('lets a hook of the run before end that still works', () => {
    const working: AppRun = { ...BEGUN, hooks: [record('migrate', 'Running')] };
    const busy = (target: string, digest: string) =>
      busyHook([working], [{ app: 'web', digest }], { ...FACTS, target })?.name;
    expect(busy('r2', 'bbbb')).to.equal('migrate');
    expect(busy('r1', 'aaaa')).to.equal(undefined);
    expect(busy('r2', 'aaaa')).to.equal(undefined);
  });
});
