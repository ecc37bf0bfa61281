import { expect } from 'chai';
import { type SeenReady, settle } from '../../src/health/settling.ts';
import type { ContainerStatus, Pod } from '../../src/kube/objects.ts';

const START = Date.parse('2026-01-01T12:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

/** A pod that is ready since START. */
function pod(options: { probe?: boolean; restarts?: number; lived?: number; ready?: boolean } = {}): Pod {
  const { probe = true, restarts = 0, lived, ready = true } = options;
  const terminated = { exitCode: 1, startedAt: at(-10), finishedAt: at(-10 + (lived ?? 0)) };
  const status: ContainerStatus = {
    name: 'web',
    ready,
    restartCount: restarts,
    image: '',
    imageID: '',
    state: { running: { startedAt: at(0) } },
    ...(lived === undefined ? {} : { lastState: { terminated } }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', uid: 'p1' },
    spec: { containers: [{ name: 'web', ...(probe ? { readinessProbe: {} } : {}) }] },
    status: {
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at(0) }],
      containerStatuses: [status],
    },
  };
}

/** Looks at a pod at each of these moments (ms after START); what is left after the last one. */
function left(one: Pod, moments: readonly number[], minReadySeconds = 0): number {
  let seen: SeenReady = new Map();
  let leftMs = 0;
  for (const moment of moments)
    ({ seen, leftMs } = settle([one], seen, { wall: START + moment, monotonic: moment }, minReadySeconds));
  return leftMs;
}

describe('what is ready', () => {
  it('is stable when a probe has found it so for a quarter of a second', () => {
    expect(left(pod(), [900])).to.equal(250);
    expect(left(pod(), [900, 1_000])).to.equal(150);
    expect(left(pod(), [900, 1_150])).to.equal(0);
  });
  it('is stable after two seconds where nothing but its process is known', () => {
    expect(left(pod({ probe: false }), [0])).to.equal(2_000);
    expect(left(pod({ probe: false }), [0, 2_000])).to.equal(0);
  });
  it('is stable when its minReadySeconds are over, which its workload waits for', () => {
    expect(left(pod({ probe: false }), [0], 1)).to.equal(0);
  });
  it('has to outlive its last crash', () => {
    expect(left(pod({ restarts: 1, lived: 5 }), [0])).to.equal(6_000);
    expect(left(pod({ restarts: 1, lived: 500 }), [0])).to.equal(30_000);
  });
  it('begins anew with a restart', () => {
    const now = (moment: number) => ({ wall: START + moment, monotonic: moment });
    const { seen } = settle([pod()], new Map(), now(0));
    expect(settle([pod({ restarts: 1 })], seen, now(240)).leftMs).to.equal(250);
  });
  it('is stable at once where the API says that it has been so for long: a new daemon need not observe it', () => {
    expect(left(pod({ probe: false, restarts: 3, lived: 1 }), [60_000])).to.equal(0);
  });
  it('asks nothing of pods that are not ready', () => expect(left(pod({ ready: false }), [0])).to.equal(0));
});
