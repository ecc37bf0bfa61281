import { expect } from 'chai';
import { statefulSetStatus } from '../../../../src/orchestrator/controllers/statefulset/status.ts';
import { NOW, podOf, statefulSet } from './notation.ts';

const REVISIONS = { current: 'old', update: 'new', collisionCount: 0 };

describe('the status of a stateful set', () => {
  const status = (pods: readonly string[], spec: object = {}, updating = 0) => {
    const set = statefulSet(spec);
    const observed = pods.map((text) => podOf(set, text));
    return statefulSetStatus(set, observed, REVISIONS, updating, NOW);
  };

  it('counts pods that are there, ready, available, and of either revision', () => {
    const pods = ['0 ready old', '1 fresh old', '2 running', '3 leaving old'];
    expect(status(pods, { minReadySeconds: 10, replicas: 4 })).to.deep.equal({
      observedGeneration: 1,
      currentRevision: 'old',
      updateRevision: 'new',
      collisionCount: 0,
      replicas: 4,
      readyReplicas: 3,
      availableReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 1,
    });
  });

  it('does not count a pod as current that is being deleted to be updated', () => {
    expect(status(['0 ready old', '1 ready old', '2 ready old'], {}, 1).currentReplicas).to.equal(2);
  });

  it('has the new revision as its current one when all pods have it', () => {
    const done = ['0 ready', '1 ready', '2 ready'];
    expect(status(done)).to.include({ currentRevision: 'new', currentReplicas: 3, updatedReplicas: 3 });
    expect(status(['0 ready', '1 ready', '2 running'])).to.include({ currentRevision: 'old' });
    expect(status(done, { updateStrategy: { type: 'OnDelete' } })).to.include({ currentRevision: 'old' });
  });

  it('keeps conditions that others have written', () => {
    const conditions = [{ type: 'Checked', status: 'True' as const }];
    const set = statefulSet({}, { conditions });
    expect(statefulSetStatus(set, [], REVISIONS, 0, NOW).conditions).to.deep.equal(conditions);
  });
});
