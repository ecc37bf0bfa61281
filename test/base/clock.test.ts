import { expect } from 'chai';
import { rfc3339, rfc3339Micro, sleep, systemClock } from '../../src/base/clock.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('sleeping', () => {
  it('ends when its time has come, and not before', async () => {
    const clock = new FakeClock();
    let over = false;
    void sleep(clock, 1000).then(() => {
      over = true;
    });
    await clock.advance(999);
    expect(over).to.equal(false);
    await clock.advance(1);
    expect(over).to.equal(true);
  });

  it('ends at once with the reason of its signal, and leaves no timer', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const asleep = sleep(clock, 1000, stop.signal).catch((reason: unknown) => reason);
    stop.abort('enough');
    expect(await asleep).to.equal('enough');
    expect(clock.pending).to.equal(0);
  });

  it('does not begin when the signal has spoken already', async () => {
    const clock = new FakeClock();
    expect(await sleep(clock, 1000, AbortSignal.abort('enough')).catch((reason: unknown) => reason)).to.equal(
      'enough',
    );
    expect(clock.pending).to.equal(0);
  });
});

describe('the clock of the system', () => {
  it('does not fire at once for a time that does not fit 32 bits', async () => {
    let fired = false;
    const cancel = systemClock.after(2 ** 40, () => {
      fired = true;
    });
    await sleep(systemClock, 5);
    cancel();
    expect(fired).to.equal(false);
  });

  it('forgets what is cancelled', async () => {
    let fired = false;
    systemClock.after(0, () => {
      fired = true;
    })();
    await sleep(systemClock, 5);
    expect(fired).to.equal(false);
  });
});

describe('a time in text', () => {
  const at = Date.parse('2026-01-02T03:04:05.678Z');

  it('has whole seconds for Kubernetes, rounded down, and microseconds for leases', () => {
    expect(rfc3339(at)).to.equal('2026-01-02T03:04:05Z');
    expect(rfc3339Micro(at)).to.equal('2026-01-02T03:04:05.678000Z');
  });
});
