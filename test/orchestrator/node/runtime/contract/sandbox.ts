import { expect } from 'chai';
import type { Harness } from './harness.ts';

export function describeSandboxes(harness: Harness): void {
  describe('a sandbox', () => {
    it('has an address of its own, and the same one when it is asked for again', async () => {
      const [one, other] = [await harness.sandbox(), await harness.sandbox()];
      expect(one.address).to.match(/^[\d.]+$/);
      expect(one.address).to.not.equal(other.address);
      const again = await harness.runtime.runSandbox(one);
      expect(again.ok && again.sandbox.address).to.equal(one.address);
    });

    it('keeps its address under the next agent', async () => {
      const before = await harness.sandbox();
      const next = await harness.open().runSandbox(before);
      expect(next.ok && next.sandbox.address).to.equal(before.address);
    });

    it('of a pod that has come to its end is given back, and what its containers printed stays', async () => {
      const place = await harness.sandbox();
      const ref = await harness.run(place, harness.test.programs.prints('done', 0));
      const before = await harness.ended(ref);
      await harness.runtime.stopSandbox(place.pod);
      const next = harness.open();
      expect(await next.runSandbox({ ...place, isOver: true })).to.deep.include({ ok: true });
      expect(await harness.attemptOf(ref, next)).to.deep.equal(before);
      expect(await harness.logOf(ref, next)).to.equal('done\n');
    });

    it('that is removed takes its containers and their records along, and is forgotten', async () => {
      const place = await harness.sandbox();
      const ref = await harness.run(place, harness.test.programs.stubborn);
      await harness.up(ref);
      expect(await harness.runtime.pods()).to.include(place.pod);
      await harness.runtime.removeSandbox(place.pod);
      expect(await harness.runtime.attempts(place.pod)).to.deep.equal([]);
      expect(await harness.runtime.pods()).to.not.include(place.pod);
      await harness.runtime.removeSandbox(place.pod);
    });
  });

  describe('an image', () => {
    it('that is there is pulled, and named as the pod names it', async () => {
      const result = await harness.runtime.pullImage(harness.test.image, { onProgress: () => {} });
      expect(result.ok && result.image.reference).to.equal(harness.test.image);
    });

    it('that is not there says what would make it available', async () => {
      const result = await harness.runtime.pullImage(harness.test.missingImage);
      expect(result.ok ? '' : result.message).to.include(harness.test.missingImage);
    });
  });
}
