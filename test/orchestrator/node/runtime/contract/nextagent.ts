import { expect } from 'chai';
import type { RuntimeEvent } from '../../../../../src/orchestrator/node/runtime/runtime.ts';
import { until } from '../../helpers.ts';
import type { Harness } from './harness.ts';

export function describeNextAgent(harness: Harness): void {
  describe('the next agent', () => {
    it('finds what runs, and learns of its end', async () => {
      const ref = await harness.run(await harness.sandbox(), harness.test.programs.serves(5));
      await harness.up(ref);
      const before = await harness.attemptOf(ref);
      const next = harness.open();
      const events: RuntimeEvent[] = [];
      next.subscribe((event) => events.push(event));
      expect(await harness.attemptOf(ref, next)).to.deep.equal(before);
      await next.signal(ref, 'SIGTERM');
      await until('word of the end', () => events.some(({ pod }) => pod === ref.pod));
      expect((await harness.ended(ref, next)).state).to.deep.include({ type: 'exited', exitCode: 5 });
    });

    it('finds the exit code of what ended before', async () => {
      const ref = await harness.run(await harness.sandbox(), harness.test.programs.prints('x', 42));
      await harness.ended(ref);
      const next = harness.open();
      expect((await harness.attemptOf(ref, next))?.state).to.deep.include({ type: 'exited', exitCode: 42 });
      expect(await harness.logOf(ref, next)).to.equal('x\n');
    });

    it('finds planned ends after everything was stopped', async () => {
      const place = await harness.sandbox();
      const ref = await harness.run(place, harness.test.programs.serves(0));
      const other = await harness.run(place, harness.test.programs.stubborn, {
        ref: { ...ref, container: 'other' },
      });
      await harness.up(ref);
      await harness.up(other);
      await harness.runtime.stopAll({ graceMs: 100 });
      const next = harness.open();
      for (const one of [ref, other])
        expect((await harness.attemptOf(one, next))?.state).to.deep.include({
          type: 'exited',
          planned: true,
        });
    });
  });
}
