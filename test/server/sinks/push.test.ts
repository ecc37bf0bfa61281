import { expect } from 'chai';
import type { EnvironmentReport } from '../../../src/model/faces.ts';
import type { Stage } from '../../../src/model/progress.ts';
import { createProgressHub } from '../../../src/model/progresshub.ts';
import { listenToPush } from '../../../src/server/sinks/push.ts';
import type { Target } from '../../../src/server/sinks/pushtargets.ts';
import { FakeClock, settle } from '../../fakes/clock.ts';

const record = (more: Partial<EnvironmentReport>): EnvironmentReport => ({
  delivery: 'shop',
  name: 'dev',
  branch: 'main',
  namespace: 'shop-dev',
  wantedRevision: 'abc',
  deployedRevision: null,
  sync: 'Unknown',
  phase: 'Idle',
  health: 'Unknown',
  message: '',
  urls: [],
  ...more,
});
const HEALTHY: Partial<EnvironmentReport> = {
  assessedRevision: 'abc',
  deployedRevision: 'abc',
  sync: 'Synced',
  health: 'Healthy',
};

/** A push of `abc`; `change` writes the record of an environment, and tells whoever watches it. */
function push(environments: readonly string[], targets?: readonly Target[]) {
  const [hub, clock, leave] = [createProgressHub(), new FakeClock(), new AbortController()];
  const records = new Map<string, EnvironmentReport>();
  for (const name of environments) records.set(name, record({ name }));
  const listeners = new Set<(delivery: string, environment: string) => void>();
  const lines: string[] = [];
  let over = false;
  const listener = listenToPush({
    source: hub,
    records: {
      read: async (_delivery, environment) => records.get(environment),
      onChange(listen) {
        listeners.add(listen);
        return () => listeners.delete(listen);
      },
    },
    clock,
    delivery: 'shop',
    report: (line) => lines.push(line),
    signal: leave.signal,
    timeoutMs: 60_000,
  });
  const until = (): void => {
    const wanted = targets ?? environments.map((environment) => ({ environment, revision: 'abc' }));
    void listener.until(wanted).then(() => {
      over = true;
    });
  };
  const say = (stage: Stage, message: string, environment?: string, delivery = 'shop', revision = 'abc') =>
    hub.publish({ at: 0, delivery, stage, message, revision, ...(environment ? { environment } : {}) });
  const change = async (name: string, more: Partial<EnvironmentReport>): Promise<void> => {
    records.set(name, record({ name, ...more }));
    for (const listen of listeners) listen('shop', name);
    await settle();
  };
  const remove = async (name: string): Promise<void> => {
    records.delete(name);
    for (const listen of listeners) listen('shop', name);
    await settle();
  };
  const isOver = async (): Promise<boolean> => {
    await settle();
    return over;
  };
  return { clock, leave, lines, say, change, remove, until, isOver, watched: () => listeners.size };
}

function waitingPush(environments: readonly string[], targets?: readonly Target[]) {
  const pushed = push(environments, targets);
  pushed.until();
  return pushed;
}

describe('the report to whoever pushed', () => {
  it('says each thing with its environment, further lines below', () => {
    const { lines, say } = waitingPush(['dev']);
    say('received', 'main is at abc');
    say('planned', '2 to create\n+ Deployment web', 'dev');
    expect(lines).to.deep.equal(['main is at abc', '[dev] 2 to create', '      + Deployment web']);
  });

  it('breaks long lines at spaces, so that they fit a terminal, but not what a build prints', () => {
    const { lines, say } = waitingPush(['dev']);
    const long = `chart/a.hbs:1: ${'word '.repeat(40)}end`;
    say('building', long, 'dev');
    expect(lines.splice(0)).to.deep.equal([`[dev] ${long}`]);
    say('planned', long, 'dev');
    expect(lines.length).to.be.above(1);
    for (const line of lines) expect(`remote: ${line}`.length).to.be.at.most(100);
    expect(lines.map((line) => line.replace(/^\[dev\]/, '').trim()).join(' ')).to.equal(long);
  });

  it('keeps a word whole that is longer than a line', () => {
    const { lines, say } = waitingPush(['dev']);
    say('planned', `see http://127.0.0.1/${'x'.repeat(120)} now`, 'dev');
    expect(lines.map((line) => line.trim())).to.deep.equal([
      '[dev] see',
      `http://127.0.0.1/${'x'.repeat(120)}`,
      'now',
    ]);
  });

  it('cuts what nobody would read, and says where all of it is', () => {
    const { lines, say } = waitingPush(['dev']);
    say('planned', 'line\n'.repeat(500), 'dev');
    expect(lines.length).to.equal(61);
    expect(lines.at(-1)).to.contain('441 more lines: pilotage why shop/dev');
  });

  it('keeps other deliveries to themselves', () => {
    const { lines, say } = waitingPush(['dev']);
    say('planned', 'not yours', 'dev', 'other');
    expect(lines).to.deep.equal([]);
  });

  it('ends when the record says that every environment has come to an end, with a last line for each', async () => {
    const { lines, change, isOver } = waitingPush(['dev', 'docs']);
    await change('dev', HEALTHY);
    expect(await isOver()).to.equal(false);
    await change('docs', { assessedRevision: 'abc', phase: 'Failed', message: 'boom' });
    expect(await isOver()).to.equal(true);
    expect(lines).to.deep.equal([
      '[dev] unchanged: rendered the same, nothing to do; shop-dev is healthy',
      '[docs] failed: boom',
    ]);
  });

  it('ends although no event ever comes', async () => {
    const { change, until, lines, isOver } = push(['dev']);
    await change('dev', HEALTHY);
    until();
    expect(await isOver()).to.equal(true);
    expect(lines).to.have.length(1);
  });

  it('says an end once, after the record has it, and only then', async () => {
    const { lines, say, change, isOver } = waitingPush(['dev']);
    say('applied', 'applied 2 objects', 'dev');
    say('healthy', 'shop-dev is healthy', 'dev');
    expect(await isOver()).to.equal(false);
    await change('dev', HEALTHY);
    expect(await isOver()).to.equal(true);
    expect(lines).to.deep.equal(['[dev] applied 2 objects', '[dev] shop-dev is healthy']);
  });

  it('words a failure as it was told while it happened', async () => {
    const { lines, say, change } = waitingPush(['dev']);
    say('failed', 'the short story', 'dev');
    await change('dev', { assessedRevision: 'abc', phase: 'Failed', message: 'the long story' });
    expect(lines).to.deep.equal(['[dev] failed: the short story']);
  });

  it('goes on telling the end of what it did not move', async () => {
    const { lines, say, until } = push(['dev', 'prod'], [{ environment: 'dev', revision: 'abc' }]);
    say('superseded', 'old gives way to abc', 'dev', 'shop', 'old');
    expect(lines).to.deep.equal([]);
    until();
    say('healthy', 'shop-prod is healthy', 'prod');
    expect(lines).to.deep.equal(['[dev] old gives way to abc', '[prod] shop-prod is healthy']);
  });

  it('is superseded by what another push made wanted, seen or not', async () => {
    const { lines, change, isOver } = waitingPush(['dev']);
    await change('dev', { wantedRevision: 'def' });
    expect(await isOver()).to.equal(true);
    expect(lines).to.deep.equal(['[dev] superseded: abc gives way to def']);
  });

  it('ends when an environment is deleted', async () => {
    const { remove, isOver } = waitingPush(['dev']);
    await remove('dev');
    expect(await isOver()).to.equal(true);
  });

  it('says every 15 s what it waits for, and once that nobody has to', async () => {
    const { clock, lines, change, isOver } = waitingPush(['dev']);
    await change('dev', { assessedRevision: 'abc', phase: 'Waiting', message: 'pods 0/2 ready\nmore' });
    await clock.advance(15_000);
    expect(lines.splice(0)).to.deep.equal([
      '[dev] still waiting: pods 0/2 ready',
      'Ctrl-C leaves, and the delivery goes on; follow it with: pilotage status shop',
    ]);
    await clock.advance(15_000);
    expect(lines.splice(0)).to.deep.equal(['[dev] still waiting: pods 0/2 ready']);
    await change('dev', HEALTHY);
    expect(await isOver()).to.equal(true);
  });

  it('says nothing of waiting while there is news', async () => {
    const { clock, lines, say } = waitingPush(['dev']);
    await clock.advance(14_000);
    say('waiting', 'pods 0/2 ready', 'dev');
    await clock.advance(14_000);
    expect(lines).to.deep.equal(['[dev] pods 0/2 ready']);
  });

  it('names only a few of a hundred that wait', async () => {
    const { clock, lines } = waitingPush(Array.from({ length: 100 }, (_, i) => `e${i}`));
    await clock.advance(15_000);
    expect(lines).to.have.length(7);
    expect(lines[5]).to.equal('and 95 more environments');
  });

  it('is over at once when the push moved no environment', async () => {
    expect(await waitingPush([]).isOver()).to.equal(true);
  });

  it('is over when the pusher leaves', async () => {
    const { leave, watched, isOver } = waitingPush(['dev']);
    leave.abort();
    expect(await isOver()).to.equal(true);
    expect(watched()).to.equal(0);
  });

  it('lets the pusher go after a while and says how to follow', async () => {
    const { clock, lines, isOver } = waitingPush(['dev']);
    await clock.advance(60_000);
    expect(await isOver()).to.equal(true);
    expect(lines.at(-1)).to.equal(
      'still under way after 60s; it goes on without this push: pilotage status shop',
    );
    expect(clock.pending).to.equal(0);
  });
});
