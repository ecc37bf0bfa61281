import { expect } from 'chai';
import { silentLogger } from '../../src/base/log.ts';
import { processStartTime } from '../../src/base/process.ts';
import { type ProcessIdentity, supervise } from '../../src/supervise/supervisor.ts';
import { FakeClock } from '../fakes/clock.ts';

const ALIVE: ProcessIdentity = { pid: process.pid, pidStartTime: processStartTime(process.pid) ?? '' };
const DEAD: ProcessIdentity = { pid: process.pid, pidStartTime: 'of another process that had this pid' };

/** A supervisor of processes that exist on paper: `record` is what the process wrote, `next` what starting one gives. */
function supervised(record: ProcessIdentity | undefined, next: () => Promise<ProcessIdentity>) {
  const clock = new FakeClock();
  const world = { record, starts: 0 };
  const supervisor = supervise({
    name: 'agent',
    find: async () => world.record,
    async start() {
      world.starts += 1;
      world.record = await next();
      return world.record;
    },
    clock,
    logger: silentLogger,
  });
  return { clock, world, supervisor };
}

describe('the supervisor of a process that outlives it', () => {
  it('adopts the one that runs', async () => {
    const { supervisor, world } = supervised(ALIVE, async () => DEAD);
    expect(await supervisor.begin()).to.equal(ALIVE);
    expect(world.starts).to.equal(0);
  });

  it('starts one when the one on record is dead, whoever has its pid now', async () => {
    const { supervisor, world } = supervised(DEAD, async () => ALIVE);
    expect(await supervisor.begin()).to.equal(ALIVE);
    expect(world.starts).to.equal(1);
  });

  it('starts it again after its death, until it is ended', async () => {
    const { supervisor, world, clock } = supervised(undefined, async () => DEAD);
    await supervisor.begin();
    await clock.advance(500);
    expect(world.starts).to.equal(2);
    supervisor.end();
    await clock.advance(10_000);
    expect(world.starts).to.equal(2);
  });

  it('waits longer after each start that fails, and goes on trying', async () => {
    let works = true;
    const { supervisor, world, clock } = supervised(undefined, async () => {
      if (works) return DEAD;
      throw new Error('no memory');
    });
    await supervisor.begin();
    works = false;
    await clock.advance(250 + 250 + 500 + 1_000);
    expect(world.starts).to.equal(4);
    works = true;
    await clock.advance(1_999);
    expect(world.starts).to.equal(4);
    await clock.advance(1);
    expect(world.starts).to.equal(5);
    supervisor.end();
  });

  it('adopts one that its predecessor had just started, which keeps a second one from starting', async () => {
    const { supervisor, world } = supervised(undefined, async () => {
      world.record = ALIVE;
      throw new Error('the addresses are taken');
    });
    expect(await supervisor.begin()).to.equal(ALIVE);
  });
});
