import { expect } from 'chai';
import { silentLogger } from '../../../../../src/base/log.ts';
import {
  collectImages,
  decideCollection,
} from '../../../../../src/orchestrator/node/runtime/container/collection.ts';
import type { Engine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { EngineError } from '../../../../../src/orchestrator/node/runtime/container/engine/http.ts';
import { openImageAccess } from '../../../../../src/orchestrator/node/runtime/container/imageaccess.ts';
import { openPulledImages } from '../../../../../src/orchestrator/node/runtime/container/pulledimages.ts';
import { openRecords } from '../../../../../src/orchestrator/node/runtime/container/records.ts';
import { scratch } from '../../helpers.ts';

const MINUTE = 60_000;
const NOW = 100 * MINUTE;

describe('the collection of images', () => {
  const image = (pulled: number, used = pulled) => ({ pulledAt: pulled * MINUTE, usedAt: used * MINUTE });
  const images = { old: image(1), used: image(2, 90), lately: image(3), busy: image(4), fresh: image(99) };
  const decide = (free: number) =>
    decideCollection({ space: { total: 1000, free }, images, inUse: new Set(['busy']), now: NOW });

  it('begins when 85 hundredths of the disk are used, and frees down to 80', () => {
    expect(decide(160)).to.equal(undefined);
    expect(decide(150)?.toFree).to.equal(50);
    expect(decide(0)?.toFree).to.equal(200);
  });

  it('takes what was used least lately first, nothing that a container has, and nothing younger than two minutes', () =>
    expect(decide(0)?.candidates).to.deep.equal(['old', 'lately', 'used']));

  describe('with an engine', () => {
    const place = scratch();
    after(() => place.dispose());
    /** Images of 30 bytes each, of which `held` cannot be removed; the node has pulled all but `people`. */
    function engineWith(
      names: readonly string[],
      containers: readonly string[],
      held: readonly string[] = [],
    ) {
      const there = new Set([...names, 'people']);
      const engine = {
        image: async (name: string) => (there.has(name) ? { Id: `sha256:${name}`, Size: 30 } : undefined),
        list: async () => containers.map((name) => ({ Id: `c-${name}`, State: 'exited', ImageID: name })),
        storageDir: async () => '/images',
        async removeImage(name: string) {
          if (held.includes(name)) throw new EngineError(409, 'in use');
          there.delete(name);
        },
      } as unknown as Engine;
      const pulled = openPulledImages(place.path);
      pulled.write(Object.fromEntries(names.map((name, i) => [name, image(i + 1)])));
      const collect = (free: number) =>
        collectImages(engine, {
          pulled,
          access: openImageAccess(place.path),
          now: () => NOW,
          logger: silentLogger,
          space: async () => ({ total: 1000, free }),
        });
      return { collect, there, pulled };
    }

    it('removes as many as make room, and knows them no more', async () => {
      const { collect, there, pulled } = engineWith(['a', 'b', 'c'], ['a']);
      expect(await collect(175)).to.equal(undefined);
      expect([...there]).to.deep.equal(['a', 'b', 'c', 'people']);
      expect(await collect(100)).to.contain('Attempted to free 100 bytes, but only found 60 bytes eligible');
      expect([...there]).to.deep.equal(['a', 'people']);
      expect(Object.keys(pulled.all())).to.deep.equal(['a']);
    });

    it('remembers when an image was in use', async () => {
      const { collect, pulled } = engineWith(['a', 'b'], ['b']);
      await collect(900);
      expect(pulled.all()).to.deep.equal({ a: image(1), b: image(2, 100) });
    });

    it('leaves what the engine holds on to, and takes the next', async () => {
      const { collect, there } = engineWith(['a', 'b', 'c'], [], ['a']);
      expect(await collect(149)).to.equal(undefined);
      expect([...there]).to.deep.equal(['a', 'people']);
    });

    it('keeps its record beside those of pods, and is not taken for one', () => {
      openPulledImages(place.path).add('x', NOW);
      expect(openRecords(place.path).pods()).to.deep.equal([]);
    });
  });
});
