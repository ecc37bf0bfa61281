import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CrashGuard, MAX_DEATHS, openCrashGuard } from '../../src/base/crashguard.ts';
import { silentLogger } from '../../src/base/log.ts';
import { FakeClock } from '../fakes/clock.ts';

describe('the crash guard', () => {
  let dir: string;
  const clock = new FakeClock();
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-crashes-'));
  });
  // The mark of work that has just ended may still be being written.
  afterEach(() => rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }));
  const open = (): Promise<CrashGuard> => openCrashGuard(join(dir, 'inhand.json'), clock, silentLogger);
  const noted = (): Record<string, { deaths: number }> =>
    JSON.parse(readFileSync(join(dir, 'inhand.json'), 'utf8'));
  /** A process that begins the work and never comes back. */
  const die = async (key: string, revision: string): Promise<void> => {
    const guard = await open();
    await new Promise<void>((begun) => {
      void guard.during(key, revision, () => {
        begun();
        return new Promise(() => {});
      });
    });
  };

  it('gives a revision up after the third death with it in hand, and no other one', async () => {
    for (let i = 0; i < MAX_DEATHS; i++) {
      expect((await open()).givenUp('shop.dev', 'bad')).to.equal(undefined);
      await die('shop.dev', 'bad');
    }
    const guard = await open();
    expect(guard.givenUp('shop.dev', 'bad')).to.equal(3);
    expect(guard.givenUp('shop.dev', 'good')).to.equal(undefined);
    expect(guard.givenUp('shop.prod', 'bad')).to.equal(undefined);
    expect(await guard.during('shop.dev', 'good', async () => 'done')).to.equal('done');
  });

  it('forgets deaths once the work returns, and when a person wants it tried again', async () => {
    for (let i = 0; i < MAX_DEATHS; i++) await die('shop.dev', 'bad');
    let guard = await open();
    guard.forgive('shop.dev');
    expect(guard.givenUp('shop.dev', 'bad')).to.equal(undefined);
    await die('shop.dev', 'bad');
    guard = await open();
    await guard.during('shop.dev', 'bad', async () => 'it was the machine');
    await guard.during('other', 'x', async () => 'and what is noted next');
    expect(noted()).to.not.have.property('shop.dev');
  });

  it('finds out which of several that were in hand did it: they are tried one after the other', async () => {
    const first = await open();
    await Promise.all(
      ['a', 'b'].map(
        (key) =>
          new Promise<void>((begun) => {
            void first.during(key, '1', () => {
              begun();
              return new Promise(() => {});
            });
          }),
      ),
    );
    const second = await open();
    let isOver = false;
    const one = second.during('a', '1', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      isOver = true;
    });
    const other = second.during('b', '1', async () => expect(isOver).to.equal(true));
    await Promise.all([one, other]);
  });

  it('tells the disk of the first work on a revision only', async () => {
    const guard = await open();
    await guard.during('shop.dev', '1', async () => 'first');
    await guard.during('other', '1', async () => 'so that the end is written');
    rmSync(join(dir, 'inhand.json'));
    await guard.during('shop.dev', '1', async () => 'again');
    expect(() => noted()).to.throw('ENOENT');
  });
});
