import { expect } from 'chai';
import type { EnvironmentReport } from '../../src/model/faces.ts';
import { type Asked, formatOutcome, type OutcomeState, outcomeOf } from '../../src/model/outcome.ts';

const OLD = '1'.repeat(40);
const NEW = '2'.repeat(40);

const environment = (more: Partial<EnvironmentReport> = {}): EnvironmentReport => ({
  delivery: 'shop',
  name: 'dev',
  branch: 'main',
  namespace: 'shop-dev',
  wantedRevision: NEW,
  deployedRevision: NEW,
  assessedRevision: NEW,
  sync: 'Synced',
  phase: 'Idle',
  health: 'Healthy',
  message: '',
  urls: [],
  ...more,
});

const pin = { revision: OLD, reason: 'rollback to release 1', since: '2026-01-01T00:00:00Z' };
const atPin = { pin, deployedRevision: OLD, assessedRevision: OLD, phase: 'Pinned' } as const;
const frozen = { state: 'frozen', message: 'branch main is gone' } as const;
const pushed: Asked = { revision: NEW, pushed: true };

describe('how it stands', () => {
  const cases: readonly [string, Partial<EnvironmentReport>, Asked, OutcomeState][] = [
    ['healthy', {}, pushed, 'healthy'],
    ['healthy by the beginning of its id', {}, { revision: '2222222' }, 'healthy'],
    ['not yet recorded by a pass', { assessedRevision: OLD, phase: 'Failed' }, pushed, 'waiting'],
    ['under way', { phase: 'Applying' }, pushed, 'waiting'],
    ['rolling out', { phase: 'Waiting', health: 'Progressing' }, pushed, 'waiting'],
    ['drifted, and only told of it', { phase: 'Waiting', sync: 'OutOfSync' }, pushed, 'waiting'],
    ['failed', { phase: 'Failed', health: 'Degraded' }, pushed, 'failed'],
    ['overtaken before its pass', { wantedRevision: OLD }, pushed, 'superseded'],
    ['asked for before it is pushed', { wantedRevision: OLD }, { revision: NEW }, 'waiting'],
    ['without a commit', { wantedRevision: null }, {}, 'waiting'],
    ['paused by its own spec', { health: 'Suspended' }, pushed, 'paused'],
    ['pushed while it is pinned', atPin, pushed, 'pinned'],
    ['pinned, and asked for as it is', atPin, {}, 'healthy'],
    ['pinned to what was pushed', { pin: { ...pin, revision: NEW } }, pushed, 'healthy'],
    ['pinned, and its pass is still to come', { pin, assessedRevision: NEW }, {}, 'waiting'],
    ['unpinned, and its pass is still to come', { phase: 'Pinned', assessedRevision: OLD }, {}, 'waiting'],
    ['frozen by this push while it is pinned', { ...atPin, stopped: frozen }, { pushed: true }, 'pinned'],
    ['frozen while it is pinned, and asked for as it is', { ...atPin, stopped: frozen }, {}, 'healthy'],
    ['frozen', { stopped: frozen, phase: 'Frozen' }, pushed, 'frozen'],
    ['thawed, and its pass is still to come', { phase: 'Frozen' }, pushed, 'waiting'],
    ['rewritten', { wantedRevision: OLD, stopped: { state: 'held', message: 'no' } }, pushed, 'held'],
    ['behind a gate', { phase: 'Waiting', waitsForGates: '1 approval' }, pushed, 'held'],
    ['behind a gate, what runs failing', { phase: 'Failed', waitsForGates: '1 approval' }, pushed, 'held'],
    ['suspended', { ...atPin, stopped: { state: 'suspended', message: 'no' } }, pushed, 'suspended'],
  ];
  for (const [title, state, asked, expected] of cases) {
    it(`${title}: ${expected}`, () => {
      expect(outcomeOf(environment(state), asked).state).to.equal(expected);
    });
  }

  it('does not exist any more: removed', () => {
    expect(outcomeOf(undefined, pushed).state).to.equal('removed');
  });

  it('is unchanged when nothing was written for it', () => {
    expect(formatOutcome(outcomeOf(environment(), pushed, { applied: false }))).to.equal(
      'unchanged: rendered the same, nothing to do; shop-dev is healthy',
    );
  });

  it('says of a pin how long, why, and how to end it', () => {
    expect(formatOutcome(outcomeOf(environment(atPin), pushed))).to.equal(
      'pinned to 111111111111 since 2026-01-01T00:00:00Z (rollback to release 1): it stays there, whatever is pushed\n' +
        '  → to follow branch main again: pilotage pin shop/dev --off',
    );
  });

  it('names what overtook it', () => {
    expect(formatOutcome(outcomeOf(environment({ wantedRevision: OLD }), pushed))).to.equal(
      'superseded: 222222222222 gives way to 111111111111',
    );
  });
});
