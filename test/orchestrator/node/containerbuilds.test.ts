import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { onAbort } from '../../../src/base/abort.ts';
import { failed, formatProblem, ok, type Problem } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import {
  type ContainerBuildRequest,
  openContainerBuilder,
} from '../../../src/orchestrator/node/containerbuilds.ts';
import type { Engine } from '../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { FakeClock, settle } from '../../fakes/clock.ts';

/** Looks at every turn of the event loop. */
async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe('builds of container images', () => {
  /** An engine that makes what it is asked for. */
  function fixture(
    options: {
      sockets?: string[];
      lacks?: Problem;
      fails?: string;
      dir?: string;
      pushes?: object[];
      holds?: boolean;
      name?: string;
    } = {},
  ) {
    const { sockets = ['/run/engine.sock'], lacks, fails, dir = '/nowhere', pushes = [] } = options;
    /** Lets the build of a name end. */
    const finish = new Map<string, () => void>();
    const pushed: [string, string, string | undefined][] = [];
    const removed: string[] = [];
    const images = new Set<string>();
    const builds: string[] = [];
    const clock = new FakeClock();
    /** What the registry has, and who asked; `undefined`: it does not say. */
    const registry: { has: boolean | undefined; asked: string[] } = { has: undefined, asked: [] };
    const engine = {
      socketPath: '/run/engine.sock',
      name: options.name ?? 'podman',
      async isInRegistry(reference: string) {
        registry.asked.push(reference);
        if (registry.has === undefined) throw new Error('denied');
        return registry.has;
      },
      async image(ref: string) {
        if (fails) throw new Error(fails);
        return images.has(ref) ? { Id: `sha256:${ref}`, Size: 1 } : undefined;
      },
      async build({ tag }: { tag: string }, signal: AbortSignal) {
        builds.push(tag);
        if (options.holds)
          await new Promise<void>((resolve, reject) => {
            finish.set(tag, resolve);
            onAbort(signal, reject);
          });
        images.add(tag);
        return Readable.from([Buffer.from('{"stream":"made\\n"}\n')]);
      },
      tag: async () => {},
      async push(repository: string, tag: string, credential?: { password: string }) {
        pushed.push([repository, tag, credential?.password]);
        return Readable.from([Buffer.from(`${JSON.stringify(pushes.shift() ?? {})}\n`)]);
      },
      async removeImage(reference: string) {
        removed.push(reference);
      },
      images: async (label: string) => [
        { Id: `sha256:${label}`, RepoTags: ['a:1', 'b:1'], Created: 7, Size: 5 },
      ],
    } as unknown as Engine;
    const builder = openContainerBuilder({
      sockets,
      dir,
      owner: 'me',
      connect: async () => engine,
      ...(lacks ? { lacksRoom: () => lacks } : {}),
      clock,
      logger: silentLogger,
    });
    const build = (ref: string, more: Partial<ContainerBuildRequest> = {}) =>
      builder.build({
        ref,
        delivery: 'shop',
        entries: async function* () {},
        dockerfile: 'Dockerfile',
        args: {},
        deadlineMs: 1_000,
        onOutput: () => {},
        signal: new AbortController().signal,
        secrets: async () => ok({}),
        ...more,
      });
    return { builds, build, builder, clock, finish, images, pushed, registry, removed };
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

  it('are told to all who ask for one, and go on for the others when the first one calls its own off', async () => {
    const { build, builds, finish } = fixture({ holds: true });
    const off = new AbortController();
    const [told, alsoTold]: string[][] = [[], []];
    const first = build('a:1', { signal: off.signal, onOutput: (line) => told?.push(line) });
    const second = build('a:1', { onOutput: (line) => alsoTold?.push(line) });
    await settle();
    off.abort(new Error('another commit is wanted'));
    expect(await failureOf(first)).to.contain('was called off');
    await settle();
    finish.get('a:1')?.();
    expect(await second).to.deep.equal({ ok: true, value: { digest: 'sha256:a:1' } });
    expect(builds).to.deep.equal(['a:1', 'a:1']);
    expect([told, alsoTold]).to.deep.equal([[], ['made']]);
  });

  it('of another are not waited for by who is called off', async () => {
    const { build, finish } = fixture({ holds: true });
    const first = build('a:1');
    const off = new AbortController();
    const second = build('a:1', { signal: off.signal });
    await settle();
    off.abort(new Error('over'));
    expect(await failureOf(second)).to.contain('was called off');
    finish.get('a:1')?.();
    expect((await first).ok).to.equal(true);
  });

  it('run one at a time for a delivery and two for all, and look again for the image when it is their turn', async () => {
    const { build, builds, finish } = fixture({ holds: true });
    const all = [build('a:1'), build('b:1')];
    for (const delivery of ['x', 'y']) all.push(build(`${delivery}:1`, { delivery }));
    // Under another key, and the same image.
    const pushing = build('a:1', { pushTo: 'ex.org/a:1' });
    await settle();
    expect(builds).to.deep.equal(['a:1', 'x:1']);
    finish.get('a:1')?.();
    await settle();
    finish.get('x:1')?.();
    for (const name of ['y:1', 'b:1']) {
      await eventually(() => finish.has(name));
      finish.get(name)?.();
    }
    await Promise.all([...all, pushing]);
    expect([...builds].sort()).to.deep.equal(['a:1', 'b:1', 'x:1', 'y:1']);
  });

  it('need no Secret of a registry where the engine has the image and nothing is pushed', async () => {
    const { build } = fixture();
    await build('a:1');
    const dockerConfig = async () => failed({ reason: 'BuildSecretMissing', message: 'there is no Secret' });
    expect((await build('a:1', { dockerConfig })).ok).to.equal(true);
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

  it('do not begin without the secrets that they need', async () => {
    const { builds, build } = fixture();
    const secrets = async () => failed({ reason: 'BuildSecretMissing', message: 'there is no Secret npm' });
    expect(await failureOf(build('a:1', { secrets }))).to.equal('there is no Secret npm');
    expect(builds).to.deep.equal([]);
  });

  it('are listed by each of their names, with who built them, and removed by one', async () => {
    const { builder, removed } = fixture();
    const rest = { digest: 'sha256:dev.pilotage.builder=me', createdAt: 7_000, size: 5 };
    expect(await builder.list()).to.deep.equal([
      { reference: 'a:1', ...rest },
      { reference: 'b:1', ...rest },
    ]);
    await builder.remove('a:1');
    expect(removed).to.deep.equal(['a:1']);
  });

  describe('that are pushed', () => {
    const place = { path: mkdtempSync(join(tmpdir(), 'pilotage-pushed-')) };
    after(() => rmSync(place.path, { recursive: true, force: true }));
    const TO = 'ex.org:5000/team/web:1';
    const DIGEST = `sha256:${'a'.repeat(64)}`;
    const config = (logins: object) => async () => ok(JSON.stringify({ auths: logins }));
    const login = (password: string) => ({ username: 'robot', password });

    it('are called by the digest of the registry, and neither built nor pushed again, also by the next daemon', async () => {
      const dir = join(place.path, 'once');
      const first = fixture({ dir, pushes: [{ status: `1: digest: ${DIGEST} size: 7` }] });
      const more = { pushTo: TO, dockerConfig: config({ 'ex.org:5000': login('right') }) };
      expect(await first.build('a:1', more)).to.deep.equal({ ok: true, value: { digest: DIGEST } });
      expect(first.pushed).to.deep.equal([['ex.org:5000/team/web', '1', 'right']]);
      expect(first.removed).to.deep.equal([TO]);
      const next = fixture({ dir, sockets: [] });
      expect(await next.build('a:1', more)).to.deep.equal({ ok: true, value: { digest: DIGEST } });
    });

    const answer = () => ({ status: `1: digest: ${DIGEST} size: 7` });

    it('are pushed again where Docker learns that the registry has lost them', async () => {
      const pushes = [answer(), answer()];
      const { build, pushed, registry } = fixture({ dir: join(place.path, 'lost'), pushes, name: 'docker' });
      const again = async (has: boolean | undefined) => {
        registry.has = has;
        expect((await build('a:1', { pushTo: TO })).ok).to.equal(true);
        return pushed.length;
      };
      expect([await again(true), await again(true), await again(undefined)]).to.deep.equal([1, 1, 1]);
      expect(await again(false)).to.equal(2);
      expect(registry.asked[0]).to.equal(`ex.org:5000/team/web@${DIGEST}`);
    });

    it('are pushed again after a day where nobody can be asked, but not made again for that', async () => {
      const pushes = [answer(), answer()];
      const { build, builds, clock, images, pushed } = fixture({ dir: join(place.path, 'old'), pushes });
      const again = async () => {
        expect((await build('a:1', { pushTo: TO })).ok).to.equal(true);
        return pushed.length;
      };
      expect([await again(), await again()]).to.deep.equal([1, 1]);
      await clock.advance(24 * 3_600_000);
      expect([await again(), await again()]).to.deep.equal([2, 2]);
      await clock.advance(24 * 3_600_000);
      images.clear();
      expect(await again()).to.equal(2);
      expect(builds).to.deep.equal(['a:1']);
    });

    it('go with one credential after the other, and show none when all are refused', async () => {
      const pushes = [{ error: 'denied: hunter22' }, { error: 'unauthorized' }];
      const { build, pushed } = fixture({ dir: place.path, pushes });
      const dockerConfig = config({ 'ex.org:5000/team': login('hunter22'), 'ex.org:5000': login('other') });
      const failure = await failureOf(build('a:1', { pushTo: TO, dockerConfig }));
      expect(pushed.map(([, , password]) => password)).to.deep.equal(['hunter22', 'other']);
      expect(failure).to.contain(`Image ${TO} cannot be pushed: denied: …; unauthorized`);
      expect(failure).to.contain('takes these credentials').and.not.contain('hunter22');
    });

    it('as nobody say what would let them in', async () => {
      const { build } = fixture({ dir: place.path, pushes: [{ error: 'authentication required' }] });
      expect(await failureOf(build('a:1', { pushTo: TO }))).to.contain('needs `registry: {secret: NAME}`');
    });

    it('with a Secret that holds no credentials say so, and nothing of it', async () => {
      const { build, builds } = fixture({ dir: place.path });
      const failure = await failureOf(build('a:1', { pushTo: TO, dockerConfig: async () => ok('hunter22') }));
      expect(failure).to.contain('the Secret of its registry is no JSON').and.not.contain('hunter22');
      expect(builds).to.deep.equal([]);
    });
  });
});
