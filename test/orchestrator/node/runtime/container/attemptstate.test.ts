import { expect } from 'chai';
import {
  attemptState,
  type Observed,
} from '../../../../../src/orchestrator/node/runtime/container/attemptstate.ts';
import type { AttemptState } from '../../../../../src/orchestrator/node/runtime/runtime.ts';

const STARTED = Date.parse('2026-01-01T00:00:00Z');
const record = { startedAt: STARTED, bootId: 'now', isPlanned: false };
const state = (Status: string, more: object = {}): Observed['container'] => ({
  State: {
    Status,
    ExitCode: 0,
    OOMKilled: false,
    StartedAt: '2026-01-01T00:00:00Z',
    FinishedAt: '2026-01-01T00:00:05Z',
    ...more,
  },
});
const finishedAt = STARTED + 5_000;

describe('the state of a container', () => {
  const rows: readonly (readonly [string, Omit<Observed, 'bootId'>, AttemptState | undefined])[] = [
    ['runs', { container: state('running'), record }, { type: 'running' }],
    ['runs while it is paused', { container: state('paused'), record }, { type: 'running' }],
    [
      'has ended with its exit code',
      { container: state('exited', { ExitCode: 7 }), record },
      { type: 'exited', exitCode: 7, finishedAt },
    ],
    [
      'was killed at its limit of memory',
      { container: state('exited', { ExitCode: 137, OOMKilled: true }), record },
      { type: 'exited', exitCode: 137, finishedAt, isOutOfMemory: true },
    ],
    [
      'was taken down with its node',
      { container: state('exited'), record: { ...record, isPlanned: true } },
      { type: 'exited', exitCode: 0, finishedAt, planned: true },
    ],
    [
      'went down with its machine',
      { container: state('exited', { ExitCode: 255 }), record: { ...record, bootId: 'before' } },
      { type: 'exited', exitCode: 255, finishedAt, planned: true },
    ],
    [
      'has not ended before it was started, where the engine rounds',
      { container: state('exited', { FinishedAt: '2025-12-31T23:59:59.9Z' }), record },
      { type: 'exited', exitCode: 0, finishedAt: STARTED },
    ],
    [
      'is lost where the engine does not know it any more',
      { container: undefined, record },
      { type: 'lost', finishedAt: STARTED },
    ],
    [
      'does not exist until it was started',
      { container: state('created'), record: { bootId: 'now', isPlanned: false } },
      undefined,
    ],
  ];
  for (const [title, observed, expected] of rows)
    it(title, () => expect(attemptState({ ...observed, bootId: 'now' })).to.deep.equal(expected));
});
