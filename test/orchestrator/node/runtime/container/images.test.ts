import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { Engine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { EngineError } from '../../../../../src/orchestrator/node/runtime/container/engine/http.ts';
import { openImageAccess } from '../../../../../src/orchestrator/node/runtime/container/imageaccess.ts';
import { pullImage as pullAs } from '../../../../../src/orchestrator/node/runtime/container/images.ts';
import type {
  PullOptions,
  PullProgress,
  RegistryCredential,
} from '../../../../../src/orchestrator/node/runtime/runtime.ts';
import { scratch } from '../../helpers.ts';

const APP = { Id: 'sha256:1', Size: 42 };
const pulledApp = { ok: true, image: { reference: 'app:1', digest: 'sha256:1' }, size: 42 };

describe('the image of a container', () => {
  let place: ReturnType<typeof scratch>;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.dispose());
  /** By an agent that has begun just now, with what the ones before it have recorded. */
  const pullImage = (engine: Engine, reference: string, options: PullOptions) =>
    pullAs(engine, reference, options, { access: openImageAccess(place.path) });

  /** An engine that has images, and gets what a pull of them prints. */
  function engineWith(images: Set<string>, prints: (reference: string) => readonly object[] = () => []) {
    const pulls: string[] = [];
    const engine = {
      image: async (reference: string) => (images.has(reference) ? APP : undefined),
      async pull(reference: string) {
        pulls.push(reference);
        const lines = prints(reference);
        if (!lines.some((line) => 'error' in line)) images.add(reference);
        return Readable.from(lines.map((line) => Buffer.from(`${JSON.stringify(line)}\n`)));
      },
    } as unknown as Engine;
    return { engine, pulls };
  }

  it('that is there is not pulled', async () => {
    const { engine, pulls } = engineWith(new Set(['app:1']));
    expect(await pullImage(engine, 'app:1', {})).to.deep.equal(pulledApp);
    expect(pulls).to.deep.equal([]);
  });

  it('is pulled although it is there where the policy is Always', async () => {
    const { engine, pulls } = engineWith(new Set(['app:1']));
    expect(await pullImage(engine, 'app:1', { policy: 'Always' })).to.deep.equal(pulledApp);
    expect(pulls).to.deep.equal(['app:1']);
  });

  it('of an image that is built here asks no registry, whatever the policy', async () => {
    const built = `localhost/shop/web:${'a'.repeat(40)}`;
    const { engine, pulls } = engineWith(new Set([built]));
    expect((await pullImage(engine, built, { policy: 'Always' })).ok).to.equal(true);
    const gone = await pullImage(engine, built.replace('web', 'api'), {});
    expect(!gone.ok && gone.message).to.contain('is built from the repository, and the engine of this node');
    expect(pulls).to.deep.equal([]);
  });

  it('is not pulled where the policy is Never, which is why its container waits', async () => {
    const { engine, pulls } = engineWith(new Set());
    expect(await pullImage(engine, 'app:1', { policy: 'Never' })).to.deep.equal({
      ok: false,
      reason: 'ErrImageNeverPull',
      message: 'Container image "app:1" is not present with pull policy of Never',
    });
    expect(pulls).to.deep.equal([]);
  });

  it('tells how far its pull is, all layers together', async () => {
    const seen: PullProgress[] = [];
    const layer = (id: string, current: number, total: number) => ({
      id,
      progressDetail: { current, total },
    });
    const { engine } = engineWith(new Set(), () => [
      layer('a', 5, 10),
      layer('b', 1, 20),
      layer('a', 10, 10),
    ]);
    await pullImage(engine, 'app:1', { onProgress: (progress) => seen.push(progress) });
    expect(seen).to.deep.equal([
      { done: 0 },
      { done: 5, total: 10 },
      { done: 6, total: 30 },
      { done: 11, total: 30 },
    ]);
  });

  it('that cannot be pulled says what the engine says: within the answer', async () => {
    const { engine } = engineWith(new Set(), () => [{ status: 'Pulling' }, { error: 'manifest unknown' }]);
    expect(await pullImage(engine, 'app:1', {})).to.deep.equal({
      ok: false,
      reason: 'ErrImagePull',
      message: 'image "app:1" cannot be pulled: manifest unknown',
    });
  });

  it('that cannot be pulled says what the engine says: in place of an answer', async () => {
    const engine = {
      image: async () => undefined,
      async pull() {
        throw new EngineError(404, 'no such repository');
      },
    } as unknown as Engine;
    const result = await pullImage(engine, 'app:1', {});
    expect(result.ok ? '' : result.message).to.equal('image "app:1" cannot be pulled: no such repository');
  });

  describe('of a registry that wants to know who asks', () => {
    const key = (password: string): RegistryCredential => ({ registry: 'r', username: 'u', password });
    /** Gives its images to whoever has the password, and repeats what it was told to everybody else. */
    function privately(wanted: string) {
      const tried: (string | undefined)[] = [];
      const images = new Set<string>();
      const engine = {
        image: async (reference: string) => (images.has(reference) ? APP : undefined),
        async pull(reference: string, credential: RegistryCredential | undefined) {
          tried.push(credential?.password);
          if (credential?.password === wanted) images.add(reference);
          else throw new EngineError(500, `unauthorized: "${credential?.password}"`);
          return Readable.from([]);
        },
      } as unknown as Engine;
      const pull = (...keys: readonly RegistryCredential[]) =>
        pullImage(engine, 'app:1', { credentials: async () => keys });
      return { pull, tried };
    }

    it('is asked with one credential after the other, until one is taken', async () => {
      const { pull, tried } = privately('right');
      expect(await pull(key('old'), key('right'), key('newer'))).to.deep.equal(pulledApp);
      expect(tried).to.deep.equal(['old', 'right']);
    });

    it('is asked as nobody where there is none, and the fault says so', async () => {
      const { pull, tried } = privately('right');
      expect(await pull()).to.deep.include({ ok: false, reason: 'ErrImagePull', isUnauthorized: true });
      expect(tried).to.deep.equal([undefined]);
    });

    it('shows no password, even one that the registry repeats', async () => {
      const result = await privately('right').pull(key('s3cret'));
      expect(result.ok ? '' : result.message).to.contain('unauthorized: "…"');
    });

    it('is not asked for what is there, nor are the credentials', async () => {
      const asked = async () => {
        throw new Error('nobody needs them');
      };
      const { engine } = engineWith(new Set(['app:1']));
      expect(await pullImage(engine, 'app:1', { credentials: asked })).to.deep.equal(pulledApp);
    });
  });

  it('whose name is none is refused before the engine sees it', async () => {
    for (const name of ['../containers/x', 'a/../../info', 'a?b', 'a b', ''])
      expect(await pullImage(engineWith(new Set([name])).engine, name, {})).to.deep.include({
        reason: 'InvalidImageName',
        message: `couldn't parse image name "${name}"`,
      });
  });

  it('"host" says that programs of the machine do not run beside containers', async () => {
    const result = await pullImage(engineWith(new Set()).engine, 'host', {});
    expect(result.ok ? '' : result.message).to.contain('give each a pod of its own');
  });
});
