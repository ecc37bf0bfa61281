import { Readable } from 'node:stream';
import { expect } from 'chai';
import { openEngineImages } from '../../../src/orchestrator/node/engineimages.ts';
import type { Engine } from '../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { FakeClock } from '../../fakes/clock.ts';

describe('images of the engine, by hand', () => {
  const asked: unknown[] = [];
  const line = JSON.stringify({ status: `1: digest: sha256:${'b'.repeat(64)} size: 1` });
  const engine = {
    socketPath: '/run/engine.sock',
    image: async (reference: string) =>
      reference.includes('gone') ? undefined : { Id: 'sha256:1', Size: 1 },
    images: async () => [{ Id: 'sha256:1', RepoTags: ['localhost/a:1'], Created: 1, Size: 1 }],
    tag: async (...words: unknown[]) => void asked.push(['tag', ...words]),
    push: async (...words: unknown[]) => {
      asked.push(['push', ...words.slice(0, 3)]);
      return Readable.from([Buffer.from(`${line}\n`)]);
    },
    removeImage: async (reference: string) => void asked.push(['remove', reference]),
  } as unknown as Engine;
  const open = (sockets: readonly string[]) =>
    openEngineImages({ sockets, connect: async () => engine, clock: new FakeClock() });
  const images = open(['/run/engine.sock']);
  beforeEach(() => asked.splice(0));

  it('are listed, named and pushed as somebody, and keep their names', async () => {
    expect(await images.list()).to.deep.equal([{ reference: 'localhost/a:1', digest: 'sha256:1' }]);
    await images.tag('localhost/a:1', 'ex.org:5000/a:2');
    const login = { username: 'ann', password: 'secret' };
    expect(await images.push('ex.org:5000/a:2', login)).to.equal(`sha256:${'b'.repeat(64)}`);
    expect(asked).to.deep.equal([
      ['tag', 'localhost/a:1', 'ex.org:5000/a', '2'],
      ['push', 'ex.org:5000/a', '2', { registry: 'ex.org:5000', ...login }],
    ]);
  });

  it('that are not there, or without an engine, say so', async () => {
    const message = (asking: Promise<unknown>) => asking.then(String, (error: Error) => error.message);
    expect(await message(images.push('gone:1', undefined))).to.contain('has no image gone:1');
    expect(await message(open([]).tag('a:1', 'b:1'))).to.contain('no container engine');
    expect(await open([]).list()).to.deep.equal([]);
  });
});
