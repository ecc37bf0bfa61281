import { expect } from 'chai';
import type { Stage } from '../../src/model/progress.ts';
import { createProgressHub } from '../../src/model/progresshub.ts';
import { listenToPush } from '../../src/server/pushreport.ts';
import { FakeClock, settle } from '../fakes/clock.ts';

function push(environments: readonly string[]) {
  const [hub, clock, leave] = [createProgressHub(), new FakeClock(), new AbortController()];
  const lines: string[] = [];
  let over = false;
  const listener = listenToPush({
    source: hub,
    clock,
    delivery: 'shop',
    report: (line) => lines.push(line),
    signal: leave.signal,
    timeoutMs: 60_000,
  });
  void listener.until(environments.map((environment) => ({ environment, revision: 'abc' }))).then(() => {
    over = true;
  });
  const say = (stage: Stage, message: string, environment?: string, delivery = 'shop', revision = 'abc') =>
    hub.publish({
      at: 0,
      delivery,
      stage,
      message,
      revision,
      ...(environment ? { environment } : {}),
    });
  const isOver = async (): Promise<boolean> => {
    await settle();
    return over;
  };
  return { clock, leave, lines, say, isOver };
}

describe('the report to whoever pushed', () => {
  it('says each thing with its environment, further lines below', () => {
    const { lines, say } = push(['dev']);
    say('received', 'main is at abc');
    say('planned', '2 to create\n+ Deployment web', 'dev');
    expect(lines).to.deep.equal(['main is at abc', '[dev] 2 to create', '      + Deployment web']);
  });

  it('says after a while that nobody has to wait, once', async () => {
    const { clock, lines, say, isOver } = push(['dev']);
    await clock.advance(15_000);
    expect(lines).to.deep.equal([
      'still waiting; Ctrl-C leaves, and the delivery goes on: pilotage status shop',
    ]);
    await clock.advance(15_000);
    say('healthy', 'it is', 'dev');
    expect(await isOver()).to.equal(true);
    expect(lines.length).to.equal(2);
  });

  it('breaks long lines at spaces, so that they fit a terminal, but not what a build prints', () => {
    const { lines, say } = push(['dev']);
    const long = `chart/a.hbs:1: ${'word '.repeat(40)}end`;
    say('building', long, 'dev');
    expect(lines.splice(0)).to.deep.equal([`[dev] ${long}`]);
    say('failed', long, 'dev');
    expect(lines.length).to.be.above(1);
    for (const line of lines) expect(`remote: ${line}`.length).to.be.at.most(100);
    expect(lines.map((line) => line.replace(/^\[dev\]/, '').trim()).join(' ')).to.equal(long);
  });

  it('keeps a word whole that is longer than a line', () => {
    const { lines, say } = push(['dev']);
    say('healthy', `see http://127.0.0.1/${'x'.repeat(120)} now`, 'dev');
    expect(lines.map((line) => line.trim())).to.deep.equal([
      '[dev] see',
      `http://127.0.0.1/${'x'.repeat(120)}`,
      'now',
    ]);
  });

  it('keeps other deliveries to themselves', () => {
    const { lines, say } = push(['dev']);
    say('planned', 'not yours', 'dev', 'other');
    expect(lines).to.deep.equal([]);
  });

  it('is over when every environment that the push moved has come to an end', async () => {
    const { say, isOver } = push(['dev', 'docs']);
    say('healthy', 'healthy', 'dev');
    expect(await isOver()).to.equal(false);
    say('failed', 'boom', 'docs');
    expect(await isOver()).to.equal(true);
  });

  it('is not over because an older revision is superseded by this one', async () => {
    const { say, isOver } = push(['dev']);
    say('superseded', 'superseded by abc', 'dev', 'shop', 'old');
    expect(await isOver()).to.equal(false);
  });

  it('is over at once when the push moved no environment', async () => {
    expect(await push([]).isOver()).to.equal(true);
  });

  it('is over when the pusher leaves', async () => {
    const { leave, isOver } = push(['dev']);
    leave.abort();
    expect(await isOver()).to.equal(true);
  });

  it('lets the pusher go after a while and says how to follow', async () => {
    const { clock, lines, isOver } = push(['dev']);
    await clock.advance(60_000);
    expect(await isOver()).to.equal(true);
    expect(lines[0]).to.contain('pilotage status shop');
  });
});
