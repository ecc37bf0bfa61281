import { expect } from 'chai';
import { ByteCache } from '../../src/base/bytecache.ts';

describe('a cache bounded by bytes', () => {
  let now = 0;
  const cacheOf = (limit: number) => new ByteCache<string, string>(limit, 1_000, () => now);
  beforeEach(() => {
    now = 0;
  });

  it('lets the least recently used entries go first', () => {
    const cache = cacheOf(30);
    for (const key of ['a', 'b', 'c']) cache.set(key, key, 10);
    cache.get('a');
    cache.set('d', 'd', 10);
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).to.deep.equal(['a', undefined, 'c', 'd']);
  });

  it('lets go with a new entry what nobody used for so long, though there is room', () => {
    const cache = cacheOf(1_000);
    for (const key of ['a', 'b']) cache.set(key, key, 10);
    now = 900;
    cache.get('a');
    now = 1_000;
    cache.set('c', 'c', 10);
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).to.deep.equal(['a', undefined, 'c']);
  });

  it('does not keep an entry larger than all of it, nor drop others for it', () => {
    const cache = cacheOf(30);
    cache.set('a', 'a', 10);
    cache.set('b', 'b', 31);
    expect(['a', 'b'].map((key) => cache.get(key))).to.deep.equal(['a', undefined]);
  });

  it('counts an entry that is set again once', () => {
    const cache = cacheOf(30);
    for (let i = 0; i < 5; i++) cache.set('a', `${i}`, 20);
    cache.set('b', 'b', 10);
    expect(['a', 'b'].map((key) => cache.get(key))).to.deep.equal(['4', 'b']);
  });
});
