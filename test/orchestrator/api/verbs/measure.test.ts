import { expect } from 'chai';
import { createMeter, type Sample, usageBetween } from '../../../../src/orchestrator/api/verbs/measure.ts';
import { FakeClock, settle } from '../../../fakes/clock.ts';

const sample = (at: number, cpuNanoseconds: number, name = 'main'): Sample => ({
  at,
  used: [{ name, cpuNanoseconds, memoryBytes: 1 }],
});

describe('use over a window', () => {
  it('is a number of processors, whatever the length of the window', () => {
    expect(usageBetween(sample(0, 0), sample(4_000, 2e9))?.used[0]?.nanoCores).to.equal(5e8);
  });

  it('is not known of a window that is too short or too long', () => {
    expect(usageBetween(sample(0, 0), sample(900, 1e6))).to.equal(undefined);
    expect(usageBetween(sample(0, 0), sample(61_000, 1e6))).to.equal(undefined);
  });

  it('is not known of a container that was started, or started again, within it', () => {
    expect(usageBetween(sample(0, 0, 'other'), sample(2_000, 1e6))).to.equal(undefined);
    expect(usageBetween(sample(0, 2e9), sample(2_000, 1e6))).to.equal(undefined);
  });
});

describe('a meter', () => {
  const never = new AbortController().signal;

  it('takes two samples a second apart at first, and one where the last is fresh', async () => {
    const clock = new FakeClock();
    const meter = createMeter(clock);
    let taken = 0;
    const take = async () => {
      taken++;
      return sample(clock.now(), clock.now() * 1e6);
    };
    const first = meter.measure('web', take, never);
    await settle();
    expect(taken).to.equal(1);
    await clock.advance(1_000);
    expect((await first)?.windowMs).to.equal(1_000);
    await clock.advance(15_000);
    expect((await meter.measure('web', take, never))?.windowMs).to.equal(15_000);
    expect(taken).to.equal(3);
  });

  it('leaves out what does not answer within five seconds', async () => {
    const clock = new FakeClock();
    const hang = (signal: AbortSignal) =>
      new Promise<Sample>((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
    const measured = createMeter(clock).measure('web', hang, never);
    await settle();
    await clock.advance(5_000);
    expect(await measured).to.equal(undefined);
  });
});
