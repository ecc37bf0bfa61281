import { expect } from 'chai';
import { deferred } from '../../src/base/deferred.ts';
import { KeyedMutex, Slots } from '../../src/base/mutex.ts';
import { settle } from '../fakes/clock.ts';

describe('a mutex for each key', () => {
  it('runs what has one key one after the other, also after a failure, and what has another at once', async () => {
    const mutex = new KeyedMutex();
    const first = deferred();
    const begun: string[] = [];
    const run = (key: string, name: string, work: Promise<void> = Promise.resolve()) =>
      mutex.run(key, async () => {
        begun.push(name);
        await work;
        return name;
      });
    const failure = run('a', 'first', first.promise).catch((error: Error) => error.message);
    const second = run('a', 'second');
    expect(await run('b', 'other')).to.equal('other');
    await settle();
    expect(begun).to.deep.equal(['first', 'other']);
    first.reject(new Error('it failed'));
    expect(await failure).to.equal('it failed');
    expect(await second).to.equal('second');
    expect(await run('a', 'third')).to.equal('third');
  });

  it('lets nobody wait for a turn, or begin in one, after the signal', async () => {
    const mutex = new KeyedMutex();
    const first = deferred();
    const off = new AbortController();
    let hasBegun = false;
    const begin = async () => {
      hasBegun = true;
    };
    const held = mutex.run('a', () => first.promise);
    const waiting = mutex.run('a', begin, off.signal).catch((error: Error) => error.name);
    off.abort();
    expect(await waiting).to.equal('AbortError');
    first.resolve();
    await held;
    await mutex.run('a', async () => {});
    expect(hasBegun).to.equal(false);
  });
});

describe('slots', () => {
  it('run so many at a time in the order of arrival, and the next one also after a failure', async () => {
    const slots = new Slots(2);
    const ends = ['a', 'b', 'c', 'd'].map((name) => ({ name, end: deferred() }));
    const begun: string[] = [];
    const all = ends.map(({ name, end }) =>
      slots.run(async () => {
        begun.push(name);
        await end.promise;
      }),
    );
    const failure = all[1]?.catch((error: Error) => error.message);
    await settle();
    expect(begun).to.deep.equal(['a', 'b']);
    ends[1]?.end.reject(new Error('it failed'));
    expect(await failure).to.equal('it failed');
    await settle();
    expect(begun).to.deep.equal(['a', 'b', 'c']);
    for (const { end } of ends) end.resolve();
    await Promise.all([all[0], all[2], all[3]]);
    expect(begun).to.deep.equal(['a', 'b', 'c', 'd']);
  });
});
