import { expect } from 'chai';
import { freeze } from '../../../src/promotion/gates/freeze.ts';
import { facts, NOW, randomFrom, readGates, stateOf } from './support.ts';

const HOUR = 3_600_000;
const time = (hours: number): string => `${new Date(NOW + hours * HOUR).toISOString().slice(0, 19)}Z`;
const from = (start: number, end: number) => ({
  from: time(start),
  until: time(end),
  reason: `from ${start}`,
});

describe('the gate freeze', () => {
  const state = (...freezes: readonly ReturnType<typeof from>[]) => stateOf('freeze', freezes, facts());

  it('is closed while one lasts, with its reason and its end', () => {
    const found = state(from(-1, 5));
    expect(found).to.include({ state: 'Waiting', until: time(5) });
    expect(found?.reason).to.equal('Frozen until 2026-01-01 17:00 UTC: from -1.');
  });

  it('opens at the end of the last of those that overlap or meet', () => {
    expect(state(from(-1, 5), from(4, 8), from(8, 9), from(10, 11))?.until).to.equal(time(9));
  });

  it('is open where all are over or to come', () => {
    expect(state(from(-9, -8), from(8, 9))?.state).to.equal('Passed');
    expect(state(from(-9, 0))?.state).to.equal('Passed');
  });

  it('holds for a direct commit too', () => {
    const asked = { subject: 'direct commit' } as const;
    expect(stateOf('freeze', [from(-1, 1)], facts({ status: undefined }), asked)?.state).to.equal('Waiting');
  });

  it('calls as strict only what freezes each moment that was frozen (400 random pairs)', () => {
    const random = randomFrom(3);
    const some = () =>
      Array.from({ length: 1 + random.below(3) }, () => {
        const start = random.below(20);
        return from(start, start + 1 + random.below(12));
      });
    const isFrozen = (freezes: readonly ReturnType<typeof from>[], hour: number) =>
      stateOf('freeze', freezes, facts(), { now: NOW + hour * HOUR })?.state === 'Waiting';
    let strict = 0;
    for (let n = 0; n < 400; n++) {
      const [before, next] = [some(), some()];
      const hours = Array.from({ length: 36 }, (_, hour) => hour + 0.5);
      const keeps = hours.every((hour) => isFrozen(next, hour) || !isFrozen(before, hour));
      expect(freeze.isAsStrict(next, before), JSON.stringify({ before, next })).to.equal(keeps);
      if (keeps) strict++;
    }
    expect(strict).to.be.greaterThan(20);
  });

  it('is read from dates, whose last day belongs to it, and from times', () => {
    const said = (freeze: string) => readGates(`freeze:\n  - ${freeze}`);
    expect(said('{from: 2026-12-24, until: 2026-12-26, reason: Christmas}')).to.deep.equal({
      freeze: [{ from: '2026-12-24T00:00:00Z', until: '2026-12-27T00:00:00Z', reason: 'Christmas' }],
    });
    expect(
      said('{from: 2026-12-24, until: 2026-12-24, timezone: America/New_York, reason: x}'),
    ).to.deep.equal({
      freeze: [{ from: '2026-12-24T05:00:00Z', until: '2026-12-25T05:00:00Z', reason: 'x' }],
    });
    expect(said('{from: "2026-12-24T18:00:00+01:00", until: 2026-12-24T20:00:00Z, reason: x}')).to.deep.equal(
      {
        freeze: [{ from: '2026-12-24T17:00:00Z', until: '2026-12-24T20:00:00Z', reason: 'x' }],
      },
    );
  });

  const wrong: readonly (readonly [sentence: string, written: string, said: string])[] = [
    [
      'ends before it begins',
      '{from: 2026-12-24, until: 2026-12-23, reason: x}',
      '2026-12-23 is not after 2026-12-24',
    ],
    ['has no reason', '{from: 2026-12-24, until: 2026-12-25}', 'has no reason'],
    [
      'begins on a day that there is not',
      '{from: 2026-02-30, until: 2026-03-02, reason: x}',
      'neither a date nor a time',
    ],
    ['begins at no time', '{from: tomorrow, until: 2026-03-02, reason: x}', 'neither a date nor a time'],
    [
      'is in no time zone',
      '{from: 2026-02-01, until: 2026-03-02, timezone: Mars, reason: x}',
      'not a time zone',
    ],
  ];
  for (const [sentence, written, said] of wrong)
    it(`that ${sentence} is an error with its line`, () => {
      expect(String(readGates(`freeze:\n  - ${written}`)))
        .to.contain(said)
        .and.contain('pilotage.yaml:12');
    });

  it('that is no list is an error with its line', () => {
    expect(String(readGates('freeze: christmas')))
      .to.contain('must be a list')
      .and.contain('pilotage.yaml:11');
  });
});
