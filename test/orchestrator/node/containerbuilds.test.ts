import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { failed, formatProblem, ok, type Problem } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import {
  type ContainerBuildRequest,
  openContainerBuilder,
} from '../../../src/orchestrator/node/containerbuilds.ts';
import type { Engine } from '../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { FakeClock } from '../../fakes/clock.ts';

describe('builds of container images', () => {
  /** An engine that makes what it is asked for. */
  function fixture(
    options: { sockets?: string[]; lacks?: Problem; fails?: string; dir?: string; pushes?: object[] } = {},
  ) {
    const { sockets = ['/run/engine.sock'], lacks, fails, dir = '/nowhere', pushes = [] } = options;
    const pushed: [string, string, string | undefined][] = [];
    const removed: string[] = [];
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
      clock: new FakeClock(),
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
    return { builds, build, builder, pushed, removed };
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
