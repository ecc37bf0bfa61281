import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { systemClock } from '../../../../../../src/base/clock.ts';
import { watchLimits } from '../../../../../../src/orchestrator/node/runtime/process/images/buildlimits.ts';

const MIB = 1 << 20;

describe('the limits of a build', () => {
  const limits = { memoryBytes: 64 * MIB, diskBytes: 64 * MIB, outputBytes: 1 * MIB };
  const watching = (signal: AbortSignal) =>
    watchLimits({ limits, dir: tmpdir(), clock: systemClock, signal });

  it('end one that was given up before it began', async () => {
    const watch = watching(AbortSignal.abort(new Error('superseded')));
    await Promise.resolve();
    expect(watch.signal.aborted).to.equal(true);
    expect(watch.exceeded()).to.equal(undefined);
    watch.stop();
  });

  it('end one that prints more than it may, and say so', () => {
    const watch = watching(new AbortController().signal);
    watch.printed(2 * MIB);
    expect(watch.signal.aborted).to.equal(true);
    expect(watch.exceeded()).to.contain('printed more than 1 MiB');
    watch.stop();
  });
});
