import { expect } from 'chai';
import { nextBackOff, restartAt } from '../../../../src/orchestrator/node/pod/backoff.ts';
import type { Attempt } from '../../../../src/orchestrator/node/runtime/runtime.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

describe('restart back-off', () => {
  const ended = (backOffMs: number, ranForMs: number): Attempt => ({
    ref: { pod: 'uid', container: 'web', attempt: 0 },
    id: 'test://uid/web/0',
    startedAt: NOW - ranForMs,
    backOffMs,
    restarts: 0,
    image: { reference: 'host', digest: '' },
    state: { type: 'exited', exitCode: 1, finishedAt: NOW },
  });

  it('waits 0, 10, 20, 40, 80, 160, 300, 300 s', () => {
    const waits: number[] = [];
    for (let backOff = 0; waits.length < 8; backOff = nextBackOff(ended(backOff, 1000))) {
      waits.push((restartAt(ended(backOff, 1000), NOW) - NOW) / 1000);
    }
    expect(waits).to.deep.equal([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('begins anew after a container ran for ten minutes', () => {
    expect(nextBackOff(ended(160_000, 600_000))).to.equal(10_000);
    expect(restartAt(ended(160_000, 600_000), NOW)).to.equal(NOW);
  });

  it('never waits longer than the back-off, also when the wall clock went back', () => {
    expect(restartAt(ended(10_000, 1000), NOW - 3_600_000)).to.equal(NOW - 3_600_000 + 10_000);
  });
});
