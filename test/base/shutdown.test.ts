import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { listenForStop } from '../../src/base/shutdown.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('the words to stop', () => {
  it('stop at the first signal, whichever it is, and hurry at the second', async () => {
    const source = new EventEmitter();
    const told = listenForStop({ source, clock: new FakeClock() });
    source.emit('SIGHUP');
    expect(await told.first).to.equal('SIGHUP');
    expect(told.second.aborted).to.equal(false);
    source.emit('SIGINT');
    expect(told.second.aborted).to.equal(true);
  });

  it('come from an owner that has gone', async () => {
    const clock = new FakeClock();
    let lives = true;
    const told = listenForStop({ source: new EventEmitter(), clock, ownerLives: () => lives });
    await clock.advance(10_000);
    lives = false;
    await clock.advance(250);
    expect(await told.first).to.equal('its owner has gone');
  });

  it('end the looking at the owner, who may itself wait for this end', async () => {
    const [source, clock] = [new EventEmitter(), new FakeClock()];
    listenForStop({ source, clock, ownerLives: () => true });
    source.emit('SIGTERM');
    await clock.advance(250);
    expect(clock.pending).to.equal(0);
  });
});
