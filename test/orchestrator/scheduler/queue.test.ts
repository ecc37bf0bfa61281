import { expect } from 'chai';
import { podInfo } from '../../../src/orchestrator/scheduler/podinfo.ts';
import { createSchedulingQueue, type SchedulingQueue } from '../../../src/orchestrator/scheduler/queue.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { pod } from './notation.ts';

const important = (name: string, priority = 0) => podInfo(pod(name, { spec: { priority } }));
const BY = new Set(['NodeResourcesFit']);

describe('the queue of the scheduler', () => {
  let clock: FakeClock;
  let queue: SchedulingQueue;
  let isReady: boolean;
  beforeEach(() => {
    clock = new FakeClock();
    queue = createSchedulingQueue(clock, () => {
      isReady = true;
    });
  });
  const name = () => queue.next()?.pod.pod.metadata.name;
  const refuse = () => {
    const entry = queue.next();
    if (entry) queue.refuse(entry, BY);
  };

  it('takes pods by priority, then by time, each once', () => {
    for (const one of [important('a'), important('b', 10), important('c'), important('a')]) queue.add(one);
    queue.add(important('d', 10));
    expect([name(), name(), name(), name(), name()]).to.deep.equal(['b', 'd', 'c', 'a', undefined]);
  });

  it('lets a pod that was refused wait for what may help it, and for nothing else', async () => {
    queue.add(important('a'));
    refuse();
    await clock.advance(1_000);
    queue.wake((_, by) => by.has('NodePorts'));
    expect(name()).to.equal(undefined);
    queue.wake((_, by) => by.has('NodeResourcesFit'));
    expect(name()).to.equal('a');
  });

  it('lets one that asks in vain wait longer each time, to ten seconds, and others go first', async () => {
    queue.add(important('hopeless', 10));
    const waits: number[] = [];
    for (let turn = 0; turn < 9; turn++) {
      refuse();
      queue.wake(() => true);
      queue.add(important('other'));
      expect(name()).to.equal('other');
      isReady = false;
      const began = clock.now();
      while (!isReady) await clock.advance(100);
      waits.push(clock.now() - began);
    }
    expect(waits).to.deep.equal([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  it('comes again when it changes, at once, and after five minutes whatever happens', async () => {
    queue.add(important('a'));
    refuse();
    queue.add(important('a'));
    expect(name()).to.equal('a');
    queue.add(important('a'));
    refuse();
    await clock.advance(5 * 60_000);
    expect(name()).to.equal('a');
  });

  it('forgets what is removed, wherever it waits', async () => {
    queue.add(important('active'));
    queue.remove('default/active');
    queue.add(important('refused'));
    refuse();
    queue.remove('default/refused');
    queue.add(important('failed'));
    const entry = queue.next();
    if (entry) queue.again(entry);
    queue.remove('default/failed');
    await clock.advance(10 * 60_000);
    expect(name()).to.equal(undefined);
    expect(clock.pending).to.equal(0);
  });
});
