import { expect } from 'chai';
import type { Problem } from '../../../src/base/errors.ts';
import {
  afterAttempt,
  type Cause,
  type Pacing,
  retryMs,
  takeHeals,
  UNPACED,
  waitingFailure,
} from '../../../src/sync/state/pacing.ts';

const problems: readonly Problem[] = [{ reason: 'Refused', message: 'it is refused' }];
const fail = (pacing: Pacing, cause: Cause, key: string, now: number): Pacing =>
  afterAttempt(pacing, cause, { key, problems }, now);

/** The waits after failures in a row, each attempt made as soon as it may be. */
function waits(cause: Cause, count: number): readonly number[] {
  let pacing = UNPACED;
  let now = 1_000;
  return Array.from({ length: count }, () => {
    pacing = fail(pacing, cause, 'a', now);
    const wait = retryMs(pacing, cause, now) ?? 0;
    now += wait;
    return wait;
  });
}

describe('the pace of what failed', () => {
  for (const cause of ['source', 'deploy'] as const) {
    it(`is a second after the first failure of a ${cause}, doubled by each further one, five minutes at most`, () => {
      expect(waits(cause, 11)).to.deep.equal(
        [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1_000),
      );
    });
  }

  it('holds the same attempt back until its time has come, and tells its problems meanwhile', () => {
    const pacing = fail(UNPACED, 'deploy', 'a', 0);
    expect(waitingFailure(pacing, 'deploy', 'a', 999)?.problems).to.equal(problems);
    expect(waitingFailure(pacing, 'deploy', 'a', 1_000)).to.equal(undefined);
  });

  it('holds back neither another attempt nor another cause', () => {
    const pacing = fail(UNPACED, 'deploy', 'a', 0);
    expect(waitingFailure(pacing, 'deploy', 'b', 0)).to.equal(undefined);
    expect(waitingFailure(pacing, 'source', 'a', 0)).to.equal(undefined);
    expect(retryMs(pacing, 'source', 0)).to.equal(undefined);
  });

  it('begins again with another key, and ends with success', () => {
    const twice = fail(fail(UNPACED, 'source', 'a', 0), 'source', 'a', 0);
    expect(retryMs(fail(twice, 'source', 'b', 0), 'source', 0)).to.equal(1_000);
    const done = afterAttempt(twice, 'source', { key: 'a', problems: [] }, 0);
    expect(done.failures).to.deep.equal({});
    expect(retryMs(fail(done, 'source', 'a', 0), 'source', 0)).to.equal(1_000);
  });

  it('is over at once where its time came while a pass was under way', () => {
    expect(retryMs(fail(UNPACED, 'source', 'a', 0), 'source', 5_000)).to.equal(0);
  });
});

describe('the budget of healing', () => {
  const healTimes = (times: readonly number[], key = 'web'): Pacing =>
    times.reduce((pacing, now) => takeHeals(pacing, [key], now).pacing, UNPACED);

  it('lets an object be healed six times within a minute, and then says when again', () => {
    const pacing = healTimes([0, 10, 20, 30, 40, 50]);
    const { refused, retryMs: wait } = takeHeals(pacing, ['web'], 1_000);
    expect([...refused]).to.deep.equal(['web']);
    expect(wait).to.equal(59_000);
    expect(takeHeals(pacing, ['web'], 60_000).refused.size).to.equal(0);
  });

  it('is of each object by itself', () => {
    const pacing = healTimes([0, 0, 0, 0, 0, 0]);
    expect([...takeHeals(pacing, ['web', 'worker'], 0).refused]).to.deep.equal(['web']);
  });

  it('is not used up by what is refused', () => {
    const pacing = takeHeals(healTimes([0, 0, 0, 0, 0, 0]), ['web'], 59_000).pacing;
    expect(takeHeals(pacing, ['web'], 60_000).refused.size).to.equal(0);
  });
});
