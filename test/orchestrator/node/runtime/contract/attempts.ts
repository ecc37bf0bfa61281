import { expect } from 'chai';
import type { RuntimeEvent } from '../../../../../src/orchestrator/node/runtime/runtime.ts';
import { until } from '../../helpers.ts';
import { containerSpec, writeVolume } from '../notation.ts';
import type { Harness } from './harness.ts';

export function describeAttempts(harness: Harness): void {
  describe('a container', () => {
    it('runs, ends by itself, and leaves its exit code and its output', async () => {
      const ref = await harness.run(await harness.sandbox(), harness.test.programs.prints('one', 7));
      expect((await harness.ended(ref)).state).to.deep.include({ type: 'exited', exitCode: 7 });
      expect(await harness.logOf(ref)).to.equal('one\n');
    });

    it('that failed repeats the end of its output', async () => {
      const ref = await harness.run(
        await harness.sandbox(),
        harness.test.programs.prints('what went wrong', 1),
      );
      expect((await harness.ended(ref)).output).to.equal('what went wrong');
    });

    it('gets its environment', async () => {
      const ref = await harness.run(await harness.sandbox(), harness.test.programs.shows('GREETING'));
      await harness.ended(ref);
      expect(await harness.logOf(ref)).to.equal('hello\n');
    });

    it('finds variables of the runtime beneath its own', async () => {
      const place = await harness.sandbox();
      const env = await harness.runtime.environment(place, { name: 'main', ports: [8080] });
      for (const value of Object.values(env)) expect(value).to.be.a('string');
    });

    it('finds its mounts', async () => {
      const place = await harness.sandbox();
      const source = writeVolume(place.volumesDir, 'settings', 'size', '10\n');
      const mount = { source, target: '/etc/app', readOnly: true };
      const env = await harness.runtime.environment(place, { name: 'main', ports: [] });
      const ref = await harness.run(place, harness.test.programs.reads('/etc/app/size'), {
        mounts: [mount],
        env: { PATH: '/usr/bin:/bin', ...env },
      });
      await harness.ended(ref);
      expect(await harness.logOf(ref)).to.equal('10\n');
    });

    it('ends on SIGTERM with its own exit code', async () => {
      const ref = await harness.run(await harness.sandbox(), harness.test.programs.serves(3));
      await harness.up(ref);
      await harness.runtime.signal(ref, 'SIGTERM');
      expect((await harness.ended(ref)).state).to.deep.include({ type: 'exited', exitCode: 3 });
      expect(await harness.logOf(ref)).to.include('bye\n');
    });

    it('that ignores SIGTERM ends on SIGKILL, with 137', async () => {
      const ref = await harness.run(await harness.sandbox(), harness.test.programs.stubborn);
      await harness.up(ref);
      await harness.runtime.signal(ref, 'SIGTERM');
      expect((await harness.attemptOf(ref))?.state.type).to.equal('running');
      await harness.runtime.signal(ref, 'SIGKILL');
      expect((await harness.ended(ref)).state).to.deep.include({ type: 'exited', exitCode: 137 });
    });

    it('tells of its end', async () => {
      const events: RuntimeEvent[] = [];
      const stop = harness.runtime.subscribe((event) => events.push(event));
      const ref = await harness.run(await harness.sandbox(), harness.test.programs.prints('', 0));
      await until('word of the end', () =>
        events.some(({ type, pod }) => type === 'exited' && pod === ref.pod),
      );
      stop();
      expect((await harness.attemptOf(ref))?.state.type).to.equal('exited');
    });

    it('keeps what restarts are counted by, and a new name for every attempt', async () => {
      const place = await harness.sandbox();
      const first = await harness.run(place, harness.test.programs.prints('', 1), {
        backOffMs: 0,
        restarts: 0,
      });
      await harness.ended(first);
      const second = await harness.run(place, harness.test.programs.prints('', 1), {
        ref: { ...first, attempt: 1 },
        backOffMs: 10_000,
        restarts: 1,
      });
      await harness.ended(second);
      const attempts = await harness.runtime.attempts(place.pod);
      expect(attempts.map(({ ref }) => ref.attempt)).to.deep.equal([0, 1]);
      expect(attempts[1]).to.deep.include({ backOffMs: 10_000, restarts: 1 });
      expect(new Set(attempts.map(({ id }) => id)).size).to.equal(2);
      expect(attempts[0]?.id).to.match(/^[a-z]+:\/\/.+/);
      await harness.runtime.forget(first);
      expect((await harness.runtime.attempts(place.pod)).map(({ ref }) => ref.attempt)).to.deep.equal([1]);
    });

    it('is started again with what the attempt before was started with', async () => {
      const place = await harness.sandbox();
      const first = await harness.run(place, harness.test.programs.shows('GREETING'));
      await harness.ended(first);
      expect(await harness.runtime.startAgain(first, { backOffMs: 10_000, restarts: 1 })).to.deep.equal({
        ok: true,
      });
      const second = { ...first, attempt: 1 };
      expect(await harness.ended(second)).to.deep.include({ backOffMs: 10_000, restarts: 1 });
      expect(await harness.logOf(second)).to.equal('hello\n');
      const unknown = { ...first, container: 'other' };
      expect(await harness.runtime.startAgain(unknown, { backOffMs: 0, restarts: 0 })).to.equal(undefined);
    });

    it('whose program does not exist is refused, with its name', async () => {
      const { pod } = await harness.sandbox();
      const pulled = await harness.runtime.pullImage(harness.test.image);
      const image = pulled.ok ? pulled.image : { reference: '', digest: '' };
      const env = { PATH: '/usr/bin:/bin' };
      const result = await harness.runtime.start(
        containerSpec({ pod, container: 'main', attempt: 0 }, ['no-such-program'], { image, env }),
      );
      expect(result).to.deep.include({ ok: false, reason: 'RunContainerError' });
      expect(result.ok ? '' : result.message).to.include('no-such-program');
      expect(await harness.runtime.attempts(pod)).to.deep.equal([]);
    });
  });
}
