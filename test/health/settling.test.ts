import { expect } from 'chai';
import { type SeenReady, settle, settledVerdict } from '../../src/health/settling.ts';
import type { ContainerStatus, Pod } from '../../src/kube/kinds/objects.data.ts';

const START = Date.parse('2026-01-01T12:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

/** A pod that is ready since START. */
function pod(
  options: { probe?: boolean; restarts?: number; lived?: number; ready?: boolean; listens?: boolean } = {},
): Pod {
  const { probe = true, restarts = 0, lived, ready = true, listens } = options;
  const listening = {
    type: 'pilotage.dev/Listening',
    status: listens ? 'True' : 'False',
    message: listens ? '' : 'container web declares port 80 and does not listen on it',
    lastTransitionTime: at(1),
  } as const;
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
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at(0) },
        ...(listens === undefined ? [] : [listening]),
      ],
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
  describe('without a probe, and does not listen on a port that it declares', () => {
    const silent = pod({ probe: false, listens: false });
    const verdict = (moment: number, minReadySeconds = 0) =>
      settledVerdict(
        { state: 'Healthy' },
        settle([silent], new Map(), { wall: START + moment, monotonic: moment }, minReadySeconds),
      );

    it('is not healthy, however long it runs', () => {
      for (const moment of [0, 2_000, 10_000, 29_000]) expect(verdict(moment).state).to.equal('Progressing');
      expect(verdict(600_000).state).to.equal('Degraded');
      expect(verdict(10_000, 1).state).to.equal('Progressing');
    });
    it('is named once a program would have started, and with the remedy after half a minute', () => {
      expect(verdict(1_000).reason).to.equal('Settling');
      expect(verdict(3_000)).to.deep.equal({
        state: 'Progressing',
        reason: 'NotListening',
        message: 'pod web: container web declares port 80 and does not listen on it yet',
      });
      expect(verdict(30_000).message).to.match(/does not listen on it: listen on \$HOST .* readinessProbe/);
    });
    it('is looked at again when that changes by itself', () => {
      expect(left(silent, [1_000])).to.equal(2_000);
      expect(left(silent, [10_000])).to.equal(20_000);
    });
    it('is stable two seconds after it was seen to listen', () => {
      const listens = pod({ probe: false, listens: true });
      const { seen } = settle([silent], new Map(), { wall: START, monotonic: 0 });
      expect(settle([listens], seen, { wall: START + 1_500, monotonic: 1_500 }).leftMs).to.equal(2_000);
    });
  });
  it('is not stable while a pod that its workload counts has just stopped being ready', () => {
    expect(left(pod({ ready: false }), [0])).to.equal(250);
    expect(left(pod({ ready: false }), [0, 9_000])).to.equal(250);
  });
  it('asks nothing of pods that have not been ready for long, or have ended', () => {
    expect(left(pod({ ready: false }), [10_000])).to.equal(0);
    const ended = pod({ ready: false });
    expect(left({ ...ended, status: { ...ended.status, phase: 'Failed' } }, [0])).to.equal(0);
  });
});
