import { expect } from 'chai';
import type { Job, Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { againInMs, decideJob } from '../../../../src/orchestrator/controllers/job/decide.ts';
import { ago, facts, indexed, job, jobPod, met, NOW, running } from './notation.ts';

/** `create 2`, `create #0 #3`, `delete a b`, `keep`, `wait 10s`, `end Failed`. */
function decided(of: Job, ...pods: readonly Pod[]): string {
  const step = decideJob(facts(of, ...pods), NOW);
  const names = (list: readonly Pod[]) => list.map(({ metadata }) => metadata.name).join(' ');
  switch (step.type) {
    case 'keep':
      return 'keep';
    case 'delete':
      return `delete ${names(step.pods)}`;
    case 'wait':
      return `wait ${step.afterMs / 1_000}s`;
    case 'end':
      return `end ${step.end.type}, delete ${names(step.active)}`.replace(/, delete $/, '');
    case 'create': {
      const [first] = step.indexes;
      return `create ${first === undefined ? step.indexes.length : step.indexes.map((i) => `#${i}`).join(' ')}`;
    }
  }
}

const failed = (name: string, ended: number, of: object = {}) =>
  jobPod(name, { phase: 'Failed', ended, ...of });
const done = (name: string, of: object = {}) => jobPod(name, { phase: 'Succeeded', ...of });

describe('what a Job does about its pods', () => {
  it('has as many at a time as its parallelism and what is left to be done allow', () => {
    const of = job({ completions: 5, parallelism: 3 });
    expect(decided(of)).to.equal('create 3');
    expect(decided(of, jobPod('a'))).to.equal('create 2');
    expect(decided(of, jobPod('a'), jobPod('b'), jobPod('c'))).to.equal('keep');
    expect(decided(of, done('a'), done('b'), done('c'))).to.equal('create 2');
    expect(decided(job({ completions: 5, parallelism: 3 }, { succeeded: 4 }))).to.equal('create 1');
    expect(decided(job({ completions: 2000, parallelism: 2000 }))).to.equal('create 500');
  });

  it('leaves a Job without completions alone after its first success', () => {
    const { completions: _, ...spec } = job({ parallelism: 3 }).spec;
    const queue = { ...job(), spec };
    expect(decided(queue)).to.equal('create 3');
    expect(decided(queue, done('a'), jobPod('b'))).to.equal('keep');
  });

  it('deletes what is too many: the least far on first, then the youngest', () => {
    const pods = [
      jobPod('ready', { ready: true }),
      jobPod('old', { created: 90 }),
      jobPod('young', { created: 10 }),
      jobPod('pending', { phase: 'Pending' }),
    ];
    expect(decided(job({ completions: 9, parallelism: 2 }), ...pods)).to.equal('delete pending young');
  });

  it('deletes all while it is suspended, and creates none', () => {
    expect(decided(job({ suspend: true }), jobPod('a'))).to.equal('delete a');
    expect(decided(job({ suspend: true }))).to.equal('keep');
  });

  it('waits after a failure, and longer after each further one', () => {
    expect(decided(job(), failed('a', 4))).to.equal('wait 6s');
    expect(decided(job(), failed('a', 30), failed('b', 4))).to.equal('wait 16s');
    expect(decided(job(), failed('a', 10))).to.equal('create 1');
    expect(
      decided(job({ completions: 2, parallelism: 2 }), failed('a', 4), done('b', { ended: 2 })),
    ).to.equal('create 1');
  });

  it('replaces a pod that is being deleted at once, or only when it has failed', () => {
    const leaving = jobPod('a', { leaving: true });
    const later = jobPod('b', { leaving: true, ended: 0 });
    expect(decided(job({ podReplacementPolicy: 'Failed' }), leaving)).to.equal('keep');
    expect(
      decided(indexed(2, { podReplacementPolicy: 'Failed' }), jobPod('a', { leaving: true, index: 0 })),
    ).to.equal('create #1');
    // It counts as failed: the next one has to wait.
    expect(decided(job(), later)).to.equal('wait 9s');
  });

  it('creates the lowest indexes that have neither ended nor a pod', () => {
    expect(decided(indexed(5, { parallelism: 3 }))).to.equal('create #0 #1 #2');
    const of = indexed(6, { parallelism: 3 }, { completedIndexes: '0,2', succeeded: 2 });
    expect(decided(of, ...running(3))).to.equal('create #1 #4');
    expect(decided(of, ...running(3), done('p1', { index: 1 }))).to.equal('create #4 #5');
  });

  it('deletes pods that share an index, have none, or one that is none of the Job', () => {
    const pods = [
      jobPod('first', { index: 0, ready: true }),
      jobPod('double', { index: 0 }),
      jobPod('beyond', { index: 2 }),
      jobPod('without'),
      ...running(1),
    ];
    const surplus = decided(indexed(2), ...pods).split(' ');
    expect(surplus.slice(1).sort()).to.deep.equal(['beyond', 'double', 'without']);
  });

  it('waits for each index by itself where each has its own limit', () => {
    const of = indexed(3, { backoffLimitPerIndex: 3, backoffLimit: 99 });
    expect(decided(of, failed('f0', 4, { index: 0, failures: 0 }))).to.equal('create #1 #2');
    expect(decided(of, ...running(1, 2), failed('f0', 4, { index: 0, failures: 1 }))).to.equal('wait 16s');
    expect(decided(of, ...running(1, 2), failed('f0', 20, { index: 0, failures: 1 }))).to.equal('create #0');
  });

  it('leaves an index alone that has failed', () => {
    const of = indexed(3, { backoffLimitPerIndex: 1, backoffLimit: 99 }, { failedIndexes: '1' });
    expect(decided(of)).to.equal('create #0 #2');
    expect(decided(of, failed('f0', 90, { index: 0, failures: 1 }))).to.equal('create #2');
  });

  it('deletes what is active when it has come to its end', () => {
    expect(decided(job({ backoffLimit: 0, parallelism: 2 }), failed('a', 9), jobPod('b'))).to.equal(
      'end Failed, delete b',
    );
    expect(decided(job({}, { conditions: [met('SuccessCriteriaMet')] }), jobPod('b'))).to.equal(
      'end Complete, delete b',
    );
  });

  it('does nothing more while it is being deleted', () => {
    expect(decided(job({}, {}, { deletionTimestamp: ago(1) }))).to.equal('keep');
  });

  it('looks again when a wait or its time is over', () => {
    const again = (of: Job, ...pods: Pod[]) => {
      const known = facts(of, ...pods);
      return againInMs(known, decideJob(known, NOW), NOW);
    };
    expect(again(job(), jobPod('a'))).to.equal(undefined);
    expect(again(job(), failed('a', 4))).to.equal(6_000);
    const limited = job({ activeDeadlineSeconds: 9 }, { startTime: ago(5) });
    expect(again(limited, jobPod('a'))).to.equal(4_000);
    expect(again(limited, failed('a', 4))).to.equal(4_000);
  });
});
