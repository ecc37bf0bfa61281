import { expect } from 'chai';
import { isOpen, nextOpening, type Window } from '../../../src/model/windowtimes.ts';
import { window } from '../../../src/promotion/gates/window.ts';
import { facts, NOW, type Random, randomFrom, readGates, stateOf } from './support.ts';

const HOUR = 3_600_000;
const allow = (cron: string, hours: number, timezone = 'UTC'): Window => ({
  kind: 'allow',
  cron,
  for: hours * HOUR,
  timezone,
});
const deny = (cron: string, hours: number): Window => ({ ...allow(cron, hours), kind: 'deny' });
/** 2026-01-01 is a Thursday. */
const at = (text: string): number => Date.parse(`2026-01-${text}Z`);

describe('the gate window', () => {
  const state = (windows: readonly Window[], now = NOW) =>
    stateOf('window', windows as never, facts(), { now });

  it('is open within a window, and says when the next one opens outside of all', () => {
    const office = [allow('0 9 * * 1-5', 8)];
    expect(state(office)?.state).to.equal('Passed');
    const later = state(office, at('02T17:00:00'));
    expect(later).to.include({ state: 'Waiting', until: '2026-01-05T09:00:00Z' });
    expect(later?.reason).to.equal('No window is open; the next one opens 2026-01-05 09:00 UTC.');
  });

  it('follows the clocks of its time zone', () => {
    const berlin = [allow('0 9 * * *', 1, 'Europe/Berlin')];
    expect(state(berlin, at('01T08:30:00'))?.state).to.equal('Passed');
    expect(state(berlin, at('01T09:30:00'))?.until).to.equal('2026-01-02T08:00:00Z');
  });

  it('is closed within one that denies, which outranks those that allow', () => {
    expect(state([allow('0 9 * * *', 8), deny('0 12 * * 4', 2)])?.until).to.equal('2026-01-01T14:00:00Z');
    expect(state([deny('0 0 * * 6', 48)])?.state).to.equal('Passed');
    expect(state([deny('0 0 * * 6', 48)], at('03T01:00:00'))?.until).to.equal('2026-01-05T00:00:00Z');
  });

  it('holds for a direct commit too', () => {
    const windows = [allow('0 9 * * 1-5', 8)] as never;
    const asked = { now: at('03T00:00:00'), subject: 'direct commit' } as const;
    expect(stateOf('window', windows, facts({ status: undefined }), asked)?.state).to.equal('Waiting');
  });

  it('opens nowhere earlier than it says (100 random settings)', () => {
    const random = randomFrom(7);
    for (let n = 0; n < 100; n++) {
      const windows = randomWindows(random);
      const now = NOW + random.below(400) * HOUR;
      const opening = nextOpening(windows, now);
      if (opening === undefined) continue;
      expect(isOpen(windows, opening), JSON.stringify(windows)).to.equal(true);
      for (let k = 0; k < 20 && opening > now; k++) {
        const before = now + Math.floor(((opening - now) * k) / 20);
        expect(isOpen(windows, before), JSON.stringify({ windows, now, before })).to.equal(false);
      }
    }
  });

  it('calls as strict only what is open at no other time (100 random pairs)', () => {
    const random = randomFrom(11);
    let strict = 0;
    for (let n = 0; n < 100; n++) {
      const before = randomWindows(random);
      const next = random.below(2) === 0 ? randomWindows(random) : tightened(before, random);
      if (!window.isAsStrict(next as never, before as never)) continue;
      strict++;
      for (let k = 0; k < 40; k++) {
        const now = NOW + random.below(24 * 60 * 14) * 60_000;
        if (isOpen(next, now))
          expect(isOpen(before, now), JSON.stringify({ before, next, now })).to.equal(true);
      }
    }
    expect(strict).to.be.greaterThan(20);
  });

  it('is one map or a list in pilotage.yaml', () => {
    const one = { kind: 'allow', cron: '0 9 * * 1-5', for: 8 * HOUR, timezone: 'UTC' };
    expect(readGates('window: {cron: "0 9 * * 1-5", for: 8h}')).to.deep.equal({ window: [one] });
    expect(
      readGates(
        'window:\n  - {cron: "0 9 * * 1-5", for: 8h}\n  - {kind: deny, cron: "0 0 24 12 *", for: 3d, timezone: Europe/Berlin}',
      ),
    ).to.deep.equal({
      window: [one, { kind: 'deny', cron: '0 0 24 12 *', for: 72 * HOUR, timezone: 'Europe/Berlin' }],
    });
  });

  const wrong: readonly (readonly [sentence: string, written: string, said: string])[] = [
    ['never opens is an error with its line', 'window: {cron: "0 0 31 2 *", for: 1h}', 'window: never opens'],
    ['denies everything is one too', 'window: [{kind: deny, cron: "0 0 * * *", for: 1d}]', 'never opens'],
    ['has no schedule is one too', 'window: {cron: "every day", for: 1h}', '"every day" is not a schedule'],
    [
      'begins at no time of the clock is one too',
      'window: {cron: "@every 1h", for: 1m}',
      'is not a schedule',
    ],
    [
      'is in no time zone is one too',
      'window: {cron: "0 9 * * *", for: 1h, timezone: Mars}',
      '"Mars" is not a time zone',
    ],
    ['has no length is one too', 'window: {cron: "0 9 * * *"}', 'has no for'],
    ['lasts no time is one too', 'window: {cron: "0 9 * * *", for: 0s}', 'must be from 1m to 366d'],
    [
      'is neither allowed nor denied is one too',
      'window: {kind: maybe, cron: "0 9 * * *", for: 1h}',
      'must be one of allow, deny',
    ],
    ['has a misspelt key is one too', 'window: {crno: "0 9 * * *", for: 1h}', 'Did you mean cron?'],
  ];
  for (const [sentence, written, said] of wrong)
    it(`that ${sentence}`, () => {
      const found = readGates(written);
      expect(String(found)).to.contain(said).and.contain('pilotage.yaml:11');
    });
});

function randomWindows(random: Random): readonly Window[] {
  const one = (): Window => ({
    kind: random.below(3) === 0 ? 'deny' : 'allow',
    cron: `${random.below(60)} ${random.below(24)} * * ${random.below(2) === 0 ? '*' : random.below(7)}`,
    for: (1 + random.below(30)) * HOUR,
    timezone: random.below(2) === 0 ? 'UTC' : 'America/New_York',
  });
  return Array.from({ length: 1 + random.below(3) }, one);
}

/** What a stricter setting looks like: shorter where it allows, longer or more where it denies. */
function tightened(windows: readonly Window[], random: Random): readonly Window[] {
  return [
    ...windows.map((one) => ({ ...one, for: one.for + (one.kind === 'deny' ? HOUR : -HOUR / 2) })),
    ...randomWindows(random).filter(({ kind }) => kind === 'deny'),
  ];
}
