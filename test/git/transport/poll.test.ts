import { expect } from 'chai';
import { ProblemError } from '../../../src/base/errors.ts';
import {
  type BranchList,
  type PollDecision,
  pollDecision,
  pollDelay,
  startPoller,
} from '../../../src/git/transport/poll.ts';
import { FakeClock, settle } from '../../fakes/clock.ts';

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];
const list = (branches: Record<string, string>, head = 'main'): BranchList => ({ head, branches });
const unreachable = { reason: 'RemoteUnreachable', message: 'down' };

describe('a poll', () => {
  it('tells new, moved and deleted branches', () => {
    const decision = pollDecision(list({ main: A, old: A }), {
      kind: 'listed',
      list: list({ main: B, fresh: A }),
    });
    expect(decision).to.deep.include({
      kind: 'changed',
      headMoved: false,
      changes: [
        { branch: 'fresh', from: null, to: A },
        { branch: 'main', from: A, to: B },
        { branch: 'old', from: A, to: null },
      ],
    });
  });

  it('tells nothing when nothing moved, and tells when only HEAD moved', () => {
    const known = list({ main: A });
    expect(pollDecision(known, { kind: 'listed', list: known })).to.deep.equal({ kind: 'unchanged' });
    expect(pollDecision(known, { kind: 'listed', list: list({ main: A }, 'next') })).to.deep.include({
      headMoved: true,
    });
  });

  it('concludes nothing from a list that failed, which is not an empty list', () => {
    const known = list({ main: A });
    expect(pollDecision(known, { kind: 'failed', problem: unreachable })).to.deep.equal({
      kind: 'failed',
      problem: unreachable,
    });
    expect(pollDecision(known, { kind: 'listed', list: { head: undefined, branches: {} } })).to.deep.include({
      changes: [{ branch: 'main', from: A, to: null }],
    });
  });

  it('waits the interval give or take a tenth, and longer after failures, to five minutes', () => {
    expect(pollDelay(15_000, 0, 0)).to.equal(13_500);
    expect(pollDelay(15_000, 0, 0.999)).to.be.below(16_500);
    expect(pollDelay(15_000, 1, 0.5)).to.equal(30_000);
    expect(pollDelay(15_000, 50, 0.5)).to.equal(300_000);
  });
});

describe('the poller', () => {
  const begin = (answers: (BranchList | Error)[], onDecision?: (decision: PollDecision) => Promise<void>) => {
    const clock = new FakeClock();
    const decisions: PollDecision[] = [];
    const poller = startPoller({
      clock,
      random: () => 0.5,
      list: async () => {
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (answer instanceof Error || !answer) throw answer;
        return answer;
      },
      onDecision: async (decision) => {
        decisions.push(decision);
        await onDecision?.(decision);
      },
    });
    return { clock, decisions, poller };
  };
  const kinds = (decisions: readonly PollDecision[]) => decisions.map(({ kind }) => kind);

  it('asks at once, then every interval, and goes on after a failure from the last good list', async () => {
    const down = new ProblemError(unreachable);
    const { clock, decisions, poller } = begin([
      list({ main: A }),
      down,
      list({ main: A }),
      list({ main: B }),
    ]);
    await settle();
    expect(kinds(decisions)).to.deep.equal(['changed']);
    await clock.advance(15_000);
    await clock.advance(30_000);
    await clock.advance(15_000);
    expect(kinds(decisions)).to.deep.equal(['changed', 'failed', 'unchanged', 'changed']);
    poller.stop();
    expect(clock.pending).to.equal(0);
  });

  it('asks at once when poked, and never two at a time', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { clock, decisions, poller } = begin([list({ main: A })], () => held);
    await settle();
    const pokes = [poller.poke(), poller.poke()];
    await settle();
    expect(kinds(decisions)).to.deep.equal(['changed']);
    release();
    await Promise.all(pokes);
    // Both calls came before the second poll began.
    expect(kinds(decisions)).to.deep.equal(['changed', 'unchanged']);
    expect(clock.pending).to.equal(1);
    poller.stop();
  });

  it('tells a change again when dealing with it failed', async () => {
    let failures = 1;
    const { clock, decisions, poller } = begin([list({ main: A })], async () => {
      if (failures-- > 0) throw new Error('disk full');
    });
    await settle();
    await clock.advance(60_000);
    expect(kinds(decisions).slice(0, 2)).to.deep.equal(['changed', 'changed']);
    poller.stop();
  });
});
