import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import type { ProgressEvent } from '../../src/model/progress.ts';
import { createProgressHub } from '../../src/model/progresshub.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const event: ProgressEvent = { at: 0, delivery: 'shop', stage: 'received', message: 'hello' };

describe('the progress hub', () => {
  it('tells every sink that is subscribed now, and replays nothing to it', () => {
    const hub = createProgressHub();
    hub.publish(event);
    const heard: string[] = [];
    hub.subscribe(() => heard.push('a'));
    hub.subscribe(() => heard.push('b'));
    hub.publish(event);
    expect(heard).to.deep.equal(['a', 'b']);
  });

  it('tells nobody who has left, even in the midst of telling', () => {
    const hub = createProgressHub();
    let heard = 0;
    const leave = hub.subscribe(() => {
      heard += 1;
      leave();
    });
    hub.publish(event);
    hub.publish(event);
    expect(heard).to.equal(1);
  });

  it('goes on telling the others when one throws, and tells that one no more', () => {
    const hub = createProgressHub();
    const heard: string[] = [];
    hub.subscribe(() => {
      heard.push('bad');
      throw new Error('gone');
    });
    hub.subscribe(() => heard.push('good'));
    hub.publish(event);
    hub.publish(event);
    expect(heard).to.deep.equal(['bad', 'good', 'good']);
  });

  const read = (hub: ReturnType<typeof createProgressHub>, from: number): (number | 'missed')[] => {
    const found: (number | 'missed')[] = [];
    for (let last = from; ; ) {
      const next = hub.after(last);
      if (!next.missed && next.event === undefined) return found;
      found.push(next.missed ? 'missed' : (next.event?.id ?? 0));
      last = next.missed ? next.resumeAt : (next.event?.id ?? last);
    }
  };

  it('numbers events one by one, and reads them again from any of those that it keeps', () => {
    const hub = createProgressHub({ firstId: 100 });
    for (let i = 0; i < 4; i++) hub.publish(event);
    expect(hub.lastId()).to.equal(103);
    expect(read(hub, 99)).to.deep.equal([100, 101, 102, 103]);
    expect(read(hub, 102)).to.deep.equal([103]);
    expect(read(hub, 103)).to.deep.equal([]);
  });

  it('keeps so many events and bytes, and says what is missing to a reader that was away for longer', () => {
    const few = createProgressHub({ events: 3 });
    for (let i = 0; i < 10; i++) few.publish(event);
    expect(read(few, 2)).to.deep.equal(['missed', 8, 9, 10]);
    expect(read(few, 7)).to.deep.equal([8, 9, 10]);
    const small = createProgressHub({ bytes: 10_000 });
    for (let i = 0; i < 10; i++) small.publish({ ...event, message: 'x'.repeat(4_000) });
    expect(read(small, 0)).to.deep.equal(['missed', 9, 10]);
  });

  it('holds no event in memory that it does not keep any more', async () => {
    const hub = createProgressHub({ bytes: 10_000 });
    const published = Array.from({ length: 20 }, () => {
      const one = { ...event, message: 'x'.repeat(4_000) };
      const heard: WeakRef<object>[] = [];
      const leave = hub.subscribe((numbered) => void heard.push(new WeakRef(numbered)));
      hub.publish(one);
      leave();
      return heard;
    }).flat();
    // What a WeakRef was made of lives until the turn ends.
    await nextTurn();
    collectGarbage();
    expect(published.filter((one) => one.deref() !== undefined).length).to.equal(2);
  });

  it('tells a reader of an earlier daemon, or one ahead of it, that something is missing', () => {
    const hub = createProgressHub({ firstId: 1_000 });
    expect(read(hub, 400)).to.deep.equal(['missed']);
    expect(read(hub, 5_000)).to.deep.equal(['missed']);
    hub.publish(event);
    expect(read(hub, 400)).to.deep.equal(['missed', 1_000]);
  });

  it('agrees with a plain list of the latest, whatever is published and read in between', () => {
    const hub = createProgressHub({ events: 7 });
    const all: number[] = [];
    for (let i = 1; i <= 100; i++) {
      hub.publish(event);
      all.push(i);
      const from = (i * 37) % (i + 1);
      const kept = all.slice(-7);
      const wanted = all.filter((id) => id > from);
      const whole = wanted.every((id) => kept.includes(id));
      expect(read(hub, from), `${i} after ${from}`).to.deep.equal(whole ? wanted : ['missed', ...kept]);
    }
  });
});
