import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { Engine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { EngineError } from '../../../../../src/orchestrator/node/runtime/container/engine/http.ts';
import {
  IMAGE_ACCESS,
  openImageAccess,
} from '../../../../../src/orchestrator/node/runtime/container/imageaccess.ts';
import { pullImage } from '../../../../../src/orchestrator/node/runtime/container/images.ts';
import type { PullPolicy, RegistryCredential } from '../../../../../src/orchestrator/node/runtime/runtime.ts';
import { scratch } from '../../helpers.ts';

const PRIVATE = 'registry.example/team/app:1';
const key = (password: string): RegistryCredential => ({
  registry: 'registry.example',
  username: 'u',
  password,
});

describe('an image of a private registry that the node has', () => {
  let place: ReturnType<typeof scratch>;
  /** What the engine has of the image, and its names; the passwords that the registry takes, `undefined` for nobody's; and who asked it. */
  let there: boolean;
  let names: string[];
  let taken: Set<string | undefined>;
  let asked: (string | undefined)[];
  let isCut: boolean;
  beforeEach(() => {
    place = scratch();
    there = false;
    names = [];
    taken = new Set(['right', 'also right']);
    asked = [];
    isCut = false;
  });
  afterEach(() => place.dispose());

  const engine = {
    image: async () => (there ? { Id: 'sha256:1', Size: 42, RepoTags: names } : undefined),
    async pull(reference: string, credential: RegistryCredential | undefined) {
      asked.push(credential?.password);
      if (!taken.has(credential?.password)) throw new EngineError(500, 'unauthorized');
      there = true;
      names = [...new Set([...names, reference])];
      if (isCut) throw Object.assign(new Error('the agent has ended'), { name: 'AbortError' });
      return Readable.from([]);
    },
  } as unknown as Engine;

  /** Whether a pod with these credentials gets it, or why not. */
  async function pod(keys: readonly string[], policy: PullPolicy = 'IfNotPresent', reference = PRIVATE) {
    const result = await pullImage(
      engine,
      reference,
      { policy, credentials: async () => keys.map(key) },
      { access: openImageAccess(place.path) },
    );
    return result.ok ? 'runs' : result.reason;
  }

  it('is for the credentials that pulled it, and the registry is not asked again', async () => {
    expect(await pod(['wrong', 'right'])).to.equal('runs');
    asked = [];
    expect(await pod(['right'])).to.equal('runs');
    expect(await pod(['right'], 'Never')).to.equal('runs');
    expect(asked).to.deep.equal([]);
  });

  it('is for a pod with other credentials, or none, only if the registry gives it to them', async () => {
    await pod(['right']);
    expect(await pod([])).to.equal('ErrImagePull');
    expect(await pod(['wrong'])).to.equal('ErrImagePull');
    expect(await pod(['also right'])).to.equal('runs');
    expect(asked).to.deep.equal(['right', undefined, 'wrong', 'also right']);
    asked = [];
    expect([await pod(['also right']), await pod(['right'])]).to.deep.equal(['runs', 'runs']);
    expect(asked).to.deep.equal([]);
  });

  it('is for no pod without its credentials where the policy is Never: nothing may be asked', async () => {
    await pod(['right']);
    expect(await pod([], 'Never')).to.equal('ErrImageNeverPull');
    expect(asked).to.deep.equal(['right']);
  });

  it('is for all once the registry has given it to nobody in particular', async () => {
    taken.add(undefined);
    await pod([]);
    asked = [];
    expect([await pod(['wrong']), await pod([], 'Never')]).to.deep.equal(['runs', 'runs']);
    expect(asked).to.deep.equal([]);
  });

  it('is not had by its id, nor by another name of the registry', async () => {
    await pod(['right']);
    asked = [];
    for (const name of ['sha256:1', '1'])
      expect(await pod(['right'], 'IfNotPresent', name), name).to.equal('ErrImagePull');
    expect(asked).to.deep.equal([]);
    expect(await pod([], 'IfNotPresent', 'registry.example/other/app:1')).to.equal('ErrImagePull');
  });

  it('is for all under a name that people have given it, and was never pulled by', async () => {
    await pod(['right']);
    names.push('localhost/app:1');
    expect(await pod([], 'IfNotPresent', 'localhost/app:1')).to.equal('runs');
    expect(await pod([])).to.equal('ErrImagePull');
  });

  it('is for all where people have brought it and no pod has pulled it', async () => {
    there = true;
    expect(await pod([])).to.equal('runs');
    expect(asked).to.deep.equal([]);
  });

  it('is for nobody in particular where the agent ended while it was pulled', async () => {
    isCut = true;
    const signal = AbortSignal.abort(new Error('over'));
    const access = openImageAccess(place.path);
    await pullImage(engine, PRIVATE, { credentials: async () => [key('right')], signal }, { access }).catch(
      () => {},
    );
    isCut = false;
    expect(await pod([])).to.equal('ErrImagePull');
    expect(await pod(['right'])).to.equal('runs');
  });

  it('leaves hashes of its credentials, and none of them', async () => {
    await pod(['right']);
    const kept = readFileSync(join(place.path, IMAGE_ACCESS), 'utf8');
    expect(kept).to.not.contain('right');
    expect(Object.keys(JSON.parse(kept).images)).to.deep.equal(['1']);
  });

  const kept = () => JSON.parse(readFileSync(join(place.path, IMAGE_ACCESS), 'utf8'));

  it('is forgotten when it is gone, unless it was given again while the engine was asked', async () => {
    await pod(['right']);
    const access = openImageAccess(place.path);
    await access.forgetGone(async (id) => {
      expect(id).to.equal('1');
      access.begin(PRIVATE).granted('sha256:1', key('right'));
      return false;
    });
    expect(Object.keys(kept().images)).to.deep.equal(['1']);
    await access.forgetGone(async () => false);
    expect(kept().images).to.deep.equal({});
  });

  const isOpen = (access: ReturnType<typeof openImageAccess>) =>
    access.mayUse({ Id: 'sha256:1', Size: 42, RepoTags: [PRIVATE] }, PRIVATE, async () => []);

  it('stays guarded for one pull of its name when another one is refused or granted', async () => {
    const access = openImageAccess(place.path);
    const [first, second, third] = [access.begin(PRIVATE), access.begin(PRIVATE), access.begin(PRIVATE)];
    second.refused();
    expect(await isOpen(access)).to.equal(false);
    third.granted('sha256:2', undefined);
    expect(await isOpen(access)).to.equal(false);
    first.refused();
    expect(await isOpen(access)).to.equal(true);
  });

  it('stays guarded where a pull ended without an answer, until it is granted or the engine lacks it', async () => {
    const cut = { ...engine, pull: async () => Promise.reject(new Error('socket hang up')) } as Engine;
    const access = openImageAccess(place.path);
    const end = () => pullImage(cut, PRIVATE, { credentials: async () => [key('right')] }, { access });
    expect((await end()).ok).to.equal(false);
    await openImageAccess(place.path).forgetGone(async () => true);
    expect(await isOpen(access)).to.equal(false);
    await access.forgetGone(async () => false);
    expect(await isOpen(access)).to.equal(true);
    await end();
    access.begin(PRIVATE).granted('sha256:3', undefined);
    expect(kept().pulls).to.deep.equal({});
  });
});
