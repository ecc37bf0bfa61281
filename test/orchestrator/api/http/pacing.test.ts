import { expect } from 'chai';
import { createPace } from '../../../../src/orchestrator/api/http/pacing.ts';
import { FakeClock } from '../../../fakes/clock.ts';

describe('the pace of writes to watchers', () => {
  it('lets a few watchers have each event at once', async () => {
    const clock = new FakeClock();
    const pace = createPace(clock);
    for (let event = 0; event < 100; event++) {
      for (let watcher = 0; watcher < 8; watcher++) expect(pace()).to.equal(undefined);
      await clock.advance(1);
    }
  });

  it('makes many wait for as long again as writing to them takes', async () => {
    const clock = new FakeClock();
    const pace = createPace(clock);
    let waiting = 0;
    for (let watcher = 0; watcher < 100; watcher++) {
      const turn = pace();
      if (!turn) continue;
      waiting += 1;
      void turn.then(() => {
        waiting -= 1;
      });
    }
    expect(waiting).to.be.greaterThan(80);
    await clock.advance(6);
    expect(waiting, 'half of them').to.be.within(40, 60);
    await clock.advance(6);
    expect(waiting).to.equal(0);
    expect(pace(), 'what was owed is paid').to.equal(undefined);
  });

  it('holds no event back for more than a quarter of a second, however many watch', async () => {
    const clock = new FakeClock();
    const pace = createPace(clock);
    const turns = Array.from({ length: 3_000 }, pace);
    let ended = false;
    void turns.at(-1)?.then(() => {
      ended = true;
    });
    await clock.advance(250);
    expect(ended).to.equal(true);
  });
});
