import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { onAbort } from '../../src/base/abort.ts';
import { sleep } from '../../src/base/clock.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('a signal that ends many things at once', () => {
  it('ends all of them, and nobody is warned of a leak', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error) => void warnings.push(warning);
    process.on('warning', warned);
    const [lifetime, ended] = [new AbortController(), [] as unknown[]];
    for (let i = 0; i < 20; i++) onAbort(lifetime.signal, (reason) => ended.push(reason));
    const asleep = Array.from({ length: 20 }, () =>
      sleep(new FakeClock(), 1000, lifetime.signal).catch((reason: unknown) => ended.push(reason)),
    );
    lifetime.abort('over');
    await Promise.all(asleep);
    // Node tells of warnings in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(ended).to.deep.equal(Array(40).fill('over'));
    expect(warnings).to.deep.equal([]);
  });

  it('ends what begins after it has aborted, once and not before the caller can cancel it', async () => {
    const ended: unknown[] = [];
    const over = AbortSignal.abort('over');
    onAbort(over, (reason) => ended.push(reason));
    const forget = onAbort(over, () => ended.push('cancelled'));
    expect(ended).to.deep.equal([]);
    forget();
    await Promise.resolve();
    expect(ended).to.deep.equal(['over']);
  });

  it('rejects a sleep that begins after it has aborted', async () => {
    const clock = new FakeClock();
    const outcome = await sleep(clock, 10, AbortSignal.abort('over')).catch((reason: unknown) => reason);
    expect(outcome).to.equal('over');
    expect(clock.pending).to.equal(0);
  });

  it('is left without listeners by those that ended before it', async () => {
    const [lifetime, clock] = [new AbortController(), new FakeClock()];
    const forget = onAbort(lifetime.signal, () => {});
    const slept = sleep(clock, 10, lifetime.signal);
    await clock.advance(10);
    await slept;
    forget();
    expect(getEventListeners(lifetime.signal, 'abort')).to.deep.equal([]);
  });
});
