import { expect } from 'chai';
import { pullFor } from '../../../../src/orchestrator/node/pod/pulls.ts';
import type { PullOptions, PullResult } from '../../../../src/orchestrator/node/runtime/runtime.ts';
import { FakeClock } from '../../../fakes/clock.ts';

const image = { reference: 'app:1', digest: 'sha256:1' };

describe('events of a pull', () => {
  async function events(
    pull: (clock: FakeClock, options: PullOptions) => Promise<PullResult>,
  ): Promise<readonly string[]> {
    const clock = new FakeClock();
    const told: string[] = [];
    await pullFor({
      container: { name: 'web', image: 'app:1' },
      ref: { pod: 'uid', container: 'web', attempt: 0 },
      runtime: { pullImage: (_reference, options = {}) => pull(clock, options) },
      clock,
      recordEvent: (_type, reason, message, container) => told.push(`${container} ${reason}: ${message}`),
      signal: new AbortController().signal,
    });
    return told;
  }

  it('say that an image is there', async () =>
    expect(await events(async () => ({ ok: true, image, size: 1 }))).to.deep.equal([
      'web Pulled: Container image "app:1" already present on machine',
    ]));

  it('say nothing of images that are not pulled: directories, the programs of the machine', async () =>
    expect(await events(async () => ({ ok: true, image }))).to.deep.equal([]));

  it('say when a pull begins and how it ended, and every ten seconds how far it is', async () => {
    const MIB = 2 ** 20;
    const told = await events(async (clock, { onProgress }) => {
      onProgress?.({ done: 0 });
      await clock.advance(9_000);
      onProgress?.({ done: MIB, total: 4 * MIB });
      await clock.advance(1_500);
      onProgress?.({ done: 2 * MIB, total: 4 * MIB });
      await clock.advance(1_000);
      onProgress?.({ done: 3 * MIB, total: 4 * MIB });
      return { ok: true, image, size: 99 };
    });
    expect(told).to.deep.equal([
      'web Pulling: Pulling image "app:1"',
      'web Pulling: Pulling image "app:1": 2.0 of 4.0 MiB',
      'web Pulled: Successfully pulled image "app:1" in 11.500s. Image size: 99 bytes.',
    ]);
  });

  it('leave what went wrong to the reason for which the container waits', async () =>
    expect(
      await events(async (_clock, { onProgress }) => {
        onProgress?.({ done: 0 });
        return { ok: false, reason: 'ErrImagePull', message: 'no' };
      }),
    ).to.deep.equal(['web Pulling: Pulling image "app:1"']));
});
