import { Readable } from 'node:stream';
import { expect } from 'chai';
import { formatProblem, type Problem } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { openContainerBuilder } from '../../../src/orchestrator/node/containerbuilds.ts';
import type { Engine } from '../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { FakeClock } from '../../fakes/clock.ts';

describe('builds of container images', () => {
  /** An engine that makes what it is asked for. */
  function fixture(options: { sockets?: string[]; lacks?: Problem; fails?: string } = {}) {
    const { sockets = ['/run/engine.sock'], lacks, fails } = options;
    const images = new Set<string>();
    const builds: string[] = [];
    const engine = {
      socketPath: '/run/engine.sock',
      async image(ref: string) {
        if (fails) throw new Error(fails);
        return images.has(ref) ? { Id: `sha256:${ref}`, Size: 1 } : undefined;
      },
      async build({ tag }: { tag: string }) {
        builds.push(tag);
        images.add(tag);
        return Readable.from([Buffer.from('{"stream":"made\\n"}\n')]);
      },
    } as unknown as Engine;
    const builder = openContainerBuilder({
      sockets,
      owner: 'me',
      connect: async () => engine,
      ...(lacks ? { lacksRoom: () => lacks } : {}),
      clock: new FakeClock(),
      logger: silentLogger,
    });
    const build = (ref: string) =>
      builder.build({
        ref,
        delivery: 'shop',
        entries: async function* () {},
        dockerfile: 'Dockerfile',
        args: {},
        deadlineMs: 1_000,
        onOutput: () => {},
        signal: new AbortController().signal,
      });
    return { builds, build };
  }
  const failureOf = async (building: ReturnType<ReturnType<typeof fixture>['build']>): Promise<string> => {
    const result = await building;
    return result.ok ? '' : formatProblem(result.problems[0]);
  };

  it('make nothing that the engine has, and one image once for all who ask at the same time', async () => {
    const { builds, build } = fixture();
    const both = await Promise.all([build('a:1'), build('a:1')]);
    expect(both.every(({ ok }) => ok)).to.equal(true);
    expect(await build('a:1')).to.deep.equal({ ok: true, value: { digest: 'sha256:a:1' } });
    await build('b:1');
    expect(builds).to.deep.equal(['a:1', 'b:1']);
  });

  it('say at once that there is no engine, and what would help', async () => {
    const { build } = fixture({ sockets: [] });
    expect(await failureOf(build('a:1'))).to.match(
      /^Image a:1 cannot be built: this node has no container engine \(--engine none\)\. Install Docker or Podman/,
    );
  });

  it('say that the engine does not answer any more', async () =>
    expect(await failureOf(fixture({ fails: 'socket hang up' }).build('a:1'))).to.contain(
      'the engine does not answer (socket hang up)',
    ));

  it('do not begin on a full disk', async () => {
    const { builds, build } = fixture({
      lacks: { reason: 'InsufficientStorage', message: 'the disk is full' },
    });
    expect(await failureOf(build('a:1'))).to.contain('Image a:1 is not built: the disk is full.');
    expect(builds).to.deep.equal([]);
  });
});
