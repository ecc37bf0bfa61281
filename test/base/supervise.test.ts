import { type ChildProcess, spawn } from 'node:child_process';
import { expect } from 'chai';
import { silentLogger } from '../../src/base/log.ts';
import { processStartTime } from '../../src/base/process.ts';
import { type Identity, type Supervisor, supervise } from '../../src/base/supervise.ts';
import { FakeClock } from '../fakes/clock.ts';
import { until } from '../fakes/until.ts';

describe('a supervised process', () => {
  const clock = new FakeClock();
  let children: ChildProcess[];
  let recorded: Identity | undefined;
  let refusals: number;
  let supervisor: Supervisor;

  beforeEach(() => {
    [children, recorded, refusals] = [[], undefined, 0];
    supervisor = supervise({
      name: 'sleeper',
      find: async () => recorded,
      start: async () => {
        if (refusals-- > 0) throw new Error('it does not start');
        recorded = sleeper();
        return recorded;
      },
      clock,
      logger: silentLogger,
    });
  });
  afterEach(() => {
    supervisor.end();
    for (const child of children) child.kill('SIGKILL');
  });

  function sleeper(): Identity {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(child);
    return { pid: child.pid ?? 0, pidStartTime: processStartTime(child.pid ?? 0) ?? '' };
  }
  async function kill(): Promise<void> {
    const child = children.at(-1);
    child?.kill('SIGKILL');
    await until(() => child?.signalCode !== null);
  }
  /** Lets time pass until so many have been started; answers how much passed. */
  async function passesUntil(started: number): Promise<number> {
    const began = clock.now();
    while (children.length < started) await clock.advance(50);
    return clock.now() - began;
  }

  it('is started where none runs', async () => {
    expect(await supervisor.begin()).to.equal(recorded);
    expect(children).to.have.length(1);
  });

  it('is found again, not started twice', async () => {
    recorded = sleeper();
    expect(await supervisor.begin()).to.deep.equal(recorded);
    expect(children).to.have.length(1);
  });

  it('is started anew where its id belongs to a stranger now', async () => {
    recorded = { ...sleeper(), pidStartTime: '1' };
    await supervisor.begin();
    expect(children).to.have.length(2);
    expect(supervisor.current()).to.equal(recorded);
  });

  it('is started again within a second of its death when it had settled', async () => {
    await supervisor.begin();
    await clock.advance(60_000);
    await kill();
    expect(await passesUntil(2)).to.be.lessThan(1_000);
  });

  it('is started more and more slowly while it dies at once, and soon again once it settled', async () => {
    await supervisor.begin();
    const waits: number[] = [];
    for (let i = 2; i <= 8; i++) {
      await kill();
      waits.push(await passesUntil(i));
    }
    expect(
      waits.every((wait, i) => i === 0 || wait >= (waits[i - 1] ?? 0)),
      `${waits}`,
    ).to.equal(true);
    expect(waits.at(-1)).to.be.greaterThan(5_000);
    expect(waits.at(-1)).to.be.lessThan(11_000);
    await clock.advance(60_000);
    await kill();
    expect(await passesUntil(9)).to.be.lessThan(1_000);
  });

  it('is tried again when it does not start', async () => {
    await supervisor.begin();
    refusals = 3;
    await kill();
    await passesUntil(2);
    expect(supervisor.current()).to.equal(recorded);
  });

  it('is left alone once nobody watches any more', async () => {
    await supervisor.begin();
    supervisor.end();
    await kill();
    await clock.advance(60_000);
    expect(children).to.have.length(1);
  });
});
