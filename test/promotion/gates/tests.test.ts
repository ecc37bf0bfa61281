import { expect } from 'chai';
import type { TestRun } from '../../../src/model/types.ts';
import type { GateFacts } from '../../../src/promotion/gates/gate.ts';
import { facts, REVISION, readGates, stateOf } from './support.ts';

const run = (name: string, state: TestRun['state'], more: Partial<TestRun> = {}): TestRun => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  app: 'web',
  name,
  state,
  revision: REVISION,
  attempt: 1,
  startedAt: '2026-01-01T11:00:00.000Z',
  ...more,
});

describe('the gate tests', () => {
  const state = (runs: readonly TestRun[], more: Partial<GateFacts> = {}) =>
    stateOf(
      'tests',
      ['smoke', 'load'],
      facts({ status: { ...facts().status, tests: runs } as never, ...more }),
    );

  it('is open once each has passed for this revision', () => {
    const found = state([run('smoke', 'Passed'), run('load', 'Passed')]);
    expect(found).to.include({ state: 'Passed', reason: 'smoke, load passed in shop/dev at aaaaaaa.' });
  });

  it('waits for those that run and those that have not run', () => {
    const found = state([run('smoke', 'Running')]);
    expect(found).to.include({
      state: 'Waiting',
      reason: 'smoke runs in shop/dev at aaaaaaa; load has not run in shop/dev at aaaaaaa yet.',
    });
  });

  it('is not opened by what another revision passed', () => {
    const other = { revision: 'b'.repeat(40) };
    expect(state([run('smoke', 'Passed', other), run('load', 'Passed', other)])?.state).to.equal('Waiting');
  });

  it('blocks when one failed, with the last lines of its log and what helps', () => {
    const found = state([
      run('smoke', 'Failed', { message: 'exit code 1\n    expected 200, got 500' }),
      run('load', 'Passed'),
    ]);
    expect(found?.state).to.equal('Blocked');
    expect(found?.reason)
      .to.contain('smoke failed in shop/dev at aaaaaaa: exit code 1\n    expected 200, got 500')
      .and.contain('pilotage promote shop/prod --retest');
  });

  it('waits again once a person asked for one that failed, and goes by its newest run', () => {
    const failed = run('smoke', 'Failed');
    const retest = { revision: REVISION, by: 'ann', at: '2026-01-01T11:30:00.000Z' };
    expect(state([failed, run('load', 'Passed')], { retest })?.state).to.equal('Waiting');
    const second = run('smoke', 'Passed', { attempt: 2, startedAt: '2026-01-01T11:31:00.000Z' });
    expect(state([failed, run('load', 'Passed'), second], { retest })?.state).to.equal('Passed');
    const again = run('smoke', 'Failed', { attempt: 2, startedAt: '2026-01-01T11:31:00.000Z' });
    expect(state([failed, run('load', 'Passed'), again], { retest })?.state).to.equal('Blocked');
  });

  it('says at once that the source has no such test', () => {
    const found = state([run('smoke', 'Missing', { message: 'it has lint' }), run('load', 'Passed')]);
    expect(found?.state).to.equal('Blocked');
    expect(found?.reason).to.contain('shop/dev has no test smoke: it has lint');
  });

  it('says at once that the source is suspended, so that none begins', () => {
    const found = state([], { sourceStopped: 'it is suspended' });
    expect(found?.state).to.equal('Blocked');
    expect(found?.reason).to.contain('shop/dev does nothing by itself: it is suspended');
  });

  it('asks nothing of a direct commit, which no source runs', () => {
    const asked = { subject: 'direct commit' } as const;
    expect(stateOf('tests', ['smoke'], facts({ status: undefined }), asked)).to.equal(undefined);
  });

  it('is a list of names, and anything else is an error with its line', () => {
    expect(readGates('tests: [smoke, load, smoke]')).to.deep.equal({ tests: ['smoke', 'load'] });
    expect(String(readGates('tests: smoke')))
      .to.contain('must be a list')
      .and.contain('pilotage.yaml:11');
    expect(String(readGates('tests: [1]')))
      .to.contain('must be a text')
      .and.contain('pilotage.yaml:11');
  });
});
