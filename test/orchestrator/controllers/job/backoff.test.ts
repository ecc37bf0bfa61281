import { expect } from 'chai';
import {
  NO_BACKOFF,
  nextBackoff,
  remainingMs,
  remainingOfIndexMs,
} from '../../../../src/orchestrator/controllers/job/backoff.ts';
import { finishedAt } from '../../../../src/orchestrator/controllers/job/podfacts.ts';
import { jobPod, NOW } from './notation.ts';

const failed = (ended: number) => jobPod(`failed-${ended}`, { phase: 'Failed', ended });
const succeeded = (ended: number) => jobPod(`succeeded-${ended}`, { phase: 'Succeeded', ended });
const at = (seconds: number) => NOW - seconds * 1_000;

describe('the back-off of a Job', () => {
  it('counts failures since the last success', () => {
    const twice = nextBackoff(NO_BACKOFF, [], [failed(9), failed(3)]);
    expect(twice).to.deep.equal({ failures: 2, lastFailureMs: at(3) });
    expect(nextBackoff(twice, [], [failed(1)])).to.deep.equal({ failures: 3, lastFailureMs: at(1) });
    expect(nextBackoff(twice, [], [])).to.deep.equal(twice);
  });

  it('begins anew with a success, and counts only what failed after it', () => {
    const before = { failures: 4, lastFailureMs: at(60) };
    expect(nextBackoff(before, [succeeded(5)], [])).to.deep.equal(NO_BACKOFF);
    expect(nextBackoff(before, [succeeded(5)], [failed(9), failed(2)])).to.deep.equal({
      failures: 1,
      lastFailureMs: at(2),
    });
  });

  it('waits 10 s after the first failure, twice as long after each further one, ten minutes at most', () => {
    const waits = [0, 1, 2, 3, 7, 50].map((failures) => remainingMs({ failures, lastFailureMs: NOW }, NOW));
    expect(waits).to.deep.equal([0, 10_000, 20_000, 40_000, 600_000, 600_000]);
    expect(remainingMs({ failures: 1, lastFailureMs: at(4) }, NOW)).to.equal(6_000);
    expect(remainingMs({ failures: 1, lastFailureMs: at(40) }, NOW)).to.equal(0);
  });

  it('waits for an index by the failures that its last pod tells of, ignored ones included', () => {
    expect(remainingOfIndexMs(undefined, NOW)).to.equal(0);
    const pod = jobPod('p', { phase: 'Failed', ended: 0, failures: 1, ignored: 1 });
    expect(remainingOfIndexMs(pod, NOW)).to.equal(40_000);
  });

  it('takes the end of a pod from its containers, else from its readiness, its deletion, its creation', () => {
    const pod = failed(7);
    expect(finishedAt(pod)).to.equal(at(7));
    const { containerStatuses: _, ...status } = pod.status ?? {};
    const unready = {
      type: 'Ready',
      status: 'False' as const,
      lastTransitionTime: new Date(at(8)).toISOString(),
    };
    expect(finishedAt({ ...pod, status: { ...status, conditions: [unready] } })).to.equal(at(8));
    const deleted = { ...pod.metadata, deletionTimestamp: new Date(at(2)).toISOString() };
    const leaving = { ...pod, status, metadata: { ...deleted, deletionGracePeriodSeconds: 30 } };
    expect(finishedAt(leaving)).to.equal(at(32));
    expect(finishedAt({ ...pod, status })).to.equal(at(100));
  });

  it('waits for sidecars, which end last', () => {
    const pod = failed(7);
    const sidecar = { name: 'proxy', restartPolicy: 'Always' };
    const still = {
      name: 'proxy',
      ready: true,
      image: '',
      imageID: '',
      restartCount: 0,
      state: { running: {} },
    };
    const withSidecar = {
      ...pod,
      spec: { ...pod.spec, initContainers: [sidecar] },
      status: { ...pod.status, initContainerStatuses: [still] },
    };
    expect(finishedAt(withSidecar)).to.equal(at(100));
  });
});
