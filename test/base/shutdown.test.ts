import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { listenForShutdown } from '../../src/base/shutdown.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('a request to shut down', () => {
  it('is the first signal, whichever it is; the second one hurries', async () => {
    const source = new EventEmitter();
    const shutdown = listenForShutdown({ source, clock: new FakeClock() });
    source.emit('SIGHUP');
    expect(await shutdown.requested).to.equal('SIGHUP');
    expect(shutdown.hurry.aborted).to.equal(false);
    source.emit('SIGINT');
    expect(shutdown.hurry.aborted).to.equal(true);
  });

  it('comes from an owner that has gone', async () => {
    const clock = new FakeClock();
    let lives = true;
    const shutdown = listenForShutdown({ source: new EventEmitter(), clock, ownerLives: () => lives });
    await clock.advance(10_000);
    lives = false;
    await clock.advance(250);
    expect(await shutdown.requested).to.equal('its owner has gone');
  });

  it('ends the watch of the owner, which may itself wait for this end', async () => {
    const [source, clock] = [new EventEmitter(), new FakeClock()];
    listenForShutdown({ source, clock, ownerLives: () => true });
    source.emit('SIGTERM');
    await clock.advance(250);
    expect(clock.pending).to.equal(0);
  });
});
