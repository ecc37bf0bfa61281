import { expect } from 'chai';
import { CALM_MS, type Decision, decide, SETTLES_MS } from '../../src/notify/decide/decide.ts';
import type { Facts } from '../../src/notify/decide/facts.ts';
import type { Told } from '../../src/notify/decide/told.ts';

const MINUTE = 60_000;
const well: Facts = { isAt: true, isWell: true, drift: [], revision: 'a'.repeat(40) };
const degraded: Facts = { ...well, isWell: false, trouble: { kind: 'degraded', text: 'web: crash loop' } };
const failed: Facts = { ...well, isWell: false, trouble: { kind: 'failed', text: 'no such chart' } };
const underway: Facts = { ...well, isAt: false, isWell: false };

/** An environment over time: what it owed, in order. */
function story(on = ['failed', 'degraded', 'recovered', 'waiting', 'promoted', 'drift', 'preview'] as const) {
  let told: Told | undefined;
  let now = 1_000_000;
  let last: Decision | undefined;
  const rules = [{ to: 'chat', on: [...on] }];
  return {
    sees(facts: Facts, forMs = 0) {
      const step = () => {
        last = decide(told, { name: 'shop/prod', facts, rules }, now);
        told = JSON.parse(JSON.stringify(last.told));
      };
      step();
      const end = now + forMs;
      while (last?.againMs !== undefined && now + last.againMs <= end) {
        now += last.againMs;
        step();
      }
      now = end;
      return this;
    },
    get kinds() {
      return told?.owed.map(({ kind }) => kind) ?? [];
    },
    get texts() {
      return told?.owed.map(({ text }) => text) ?? [];
    },
    get told() {
      return told;
    },
  };
}

describe('what is told of an environment', () => {
  it('is trouble that lasts, with its cause and what helps', () => {
    const one = story().sees(well).sees(degraded, MINUTE);
    expect(one.texts).to.deep.equal(['shop/prod is degraded: web: crash loop']);
    expect(one.told?.owed[0]?.remedy).to.equal('pilotage why shop/prod');
  });

  it('is nothing of trouble that ends by itself, not even its end', () => {
    const one = story()
      .sees(well)
      .sees(degraded, SETTLES_MS - 1)
      .sees(well, 10 * MINUTE);
    expect(one.kinds).to.deep.equal([]);
  });

  it('is recovery, exactly once', () => {
    const one = story().sees(degraded, MINUTE).sees(well, CALM_MS).sees(well, MINUTE).sees(well, MINUTE);
    expect(one.kinds).to.deep.equal(['degraded', 'recovered']);
  });

  it('is one trouble and one recovery of what flaps', () => {
    const one = story().sees(degraded, MINUTE);
    for (let i = 0; i < 20; i++) one.sees(well, CALM_MS / 2).sees(i % 2 ? degraded : failed, MINUTE);
    one.sees(well, 2 * CALM_MS);
    expect(one.kinds).to.deep.equal(['degraded', 'recovered']);
  });

  it('is no recovery while something is under way', () => {
    const one = story()
      .sees(degraded, MINUTE)
      .sees(well, CALM_MS - 1)
      .sees(underway, MINUTE)
      .sees(well, CALM_MS - 1);
    expect(one.kinds).to.deep.equal(['degraded']);
  });

  it('is the next commit that fails as well, and one recovery of both', () => {
    const one = story()
      .sees(failed, MINUTE)
      .sees({ ...failed, revision: 'b'.repeat(40) }, MINUTE)
      .sees({ ...well, revision: 'c'.repeat(40) }, 2 * CALM_MS);
    expect(one.kinds).to.deep.equal(['failed', 'failed', 'recovered']);
  });

  it('is one trouble of what is degraded while commits are pushed to it, and that of the one that is deployed', () => {
    const pushed = (digit: string, isAt: boolean): Facts => ({
      ...degraded,
      isAt,
      revision: digit.repeat(40),
    });
    const one = story().sees(degraded, MINUTE);
    for (const digit of ['b', 'c', 'd']) one.sees(pushed(digit, false), MINUTE);
    expect(one.kinds).to.deep.equal(['degraded']);
    one.sees(pushed('d', true), MINUTE);
    expect(one.told?.owed.map(({ revision = '' }) => revision[0])).to.deep.equal(['a', 'd']);
  });

  it('is a preview that begins to answer, and none that did before anybody asked', () => {
    const answers: Facts = { ...well, preview: { branch: 'feature/x', revision: 'a'.repeat(40) } };
    expect(story().sees(answers).sees(answers).kinds).to.deep.equal([]);
    expect(story().sees(underway).sees(answers).sees(answers).kinds).to.deep.equal(['preview']);
  });

  it('is recovery too where a second commit failed too shortly to be told', () => {
    const one = story()
      .sees(failed, MINUTE)
      .sees({ ...failed, revision: 'b'.repeat(40) }, 1_000)
      .sees({ ...well, revision: 'c'.repeat(40) }, 2 * CALM_MS);
    expect(one.kinds).to.deep.equal(['failed', 'recovered']);
  });

  it('is what waits for a person, once for each revision', () => {
    const waiting = (key: string): Facts => ({
      ...well,
      waiting: { key, text: 'approvals', remedy: 'approve' },
    });
    const one = story().sees(waiting('a'), MINUTE).sees(well, MINUTE).sees(waiting('a'), MINUTE);
    one.sees(waiting('b'), MINUTE);
    expect(one.kinds).to.deep.equal(['waiting', 'waiting']);
  });

  it('is a promotion that was merged, and none that was before anybody asked', () => {
    const promoted = (at: string): Facts => ({
      ...well,
      promoted: { at, from: 'dev', revision: 'b'.repeat(40) },
    });
    const one = story().sees(promoted('2026-01-01T00:00:00Z')).sees(promoted('2026-01-02T00:00:00Z'));
    one.sees(promoted('2026-01-02T00:00:00Z'));
    expect(one.texts).to.deep.equal(['shop/prod was promoted from dev']);
  });

  it('is drift of one object once an hour, however often it is healed', () => {
    const drift = (at: number): Facts => ({
      ...well,
      drift: [{ object: 'Deployment web', at: `${at}`, text: 'web' }],
    });
    const one = story().sees(well);
    for (let i = 0; i < 90; i++) one.sees(drift(i), MINUTE);
    expect(one.kinds).to.deep.equal(['drift', 'drift']);
  });

  it('is bounded while nobody takes it, the oldest first to go', () => {
    const one = story();
    for (let i = 0; i < 80; i++) one.sees({ ...failed, revision: `${i}`.padStart(40, '0') }, MINUTE);
    expect(one.kinds).to.have.length(50);
    expect(one.told?.owed.at(-1)?.revision).to.equal('79'.padStart(40, '0'));
  });

  it('is told to those alone whose rules have it', () => {
    expect(
      story(['recovered'] as never)
        .sees(degraded, MINUTE)
        .sees(well, 2 * CALM_MS).kinds,
    ).to.deep.equal(['recovered']);
  });
});
