import { expect } from 'chai';
import { Collections } from '../../../src/orchestrator/store/collections.ts';
import { newEntry } from '../../../src/orchestrator/store/entry.ts';

describe('the newest entries', () => {
  const entry = (name: string) =>
    newEntry(`core/configmaps/shop/${name}`, 1, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  const names = (collections: Collections, prefix = 'core/configmaps/shop/') =>
    collections.list(prefix).map(({ object }) => object.metadata.name);
  const numbered = (count: number) => Array.from({ length: count }, (_, i) => `n${(i * 7) % count}`);

  for (const count of [1, 5, 100])
    it(`are listed by key, however ${count} of them came between two lists`, () => {
      const collections = new Collections();
      for (const name of ['a', 'z']) collections.set(entry(name));
      expect(names(collections)).to.deep.equal(['a', 'z']);
      for (const name of numbered(count)) collections.set(entry(name));
      expect(names(collections)).to.deep.equal(['a', ...numbered(count).sort(), 'z']);
    });

  it('leave the list with their object, also before anybody has listed them', () => {
    const collections = new Collections();
    for (const name of numbered(50)) collections.set(entry(name));
    for (const name of numbered(50)) if (name !== 'n7') collections.remove(entry(name).key);
    expect(names(collections)).to.deep.equal(['n7']);
  });

  it('are not those of a namespace with a longer name', () => {
    const collections = new Collections();
    collections.set(entry('a'));
    expect(names(collections, 'core/configmaps/sho/')).to.deep.equal([]);
  });
});
