import { expect } from 'chai';
import { dateFunctions } from '../../../../src/render/gotemplate/functions/dates.ts';
import { GoError, int64, Num, Struct, type Value } from '../../../../src/render/gotemplate/values.ts';
import { casesOf } from '../encoding/notation.ts';

const NOW = Date.UTC(2026, 6, 14, 15, 9, 26, 535);
const functions = dateFunctions({ now: () => new Date(NOW) });
const budget = { spend: () => undefined };

function call(name: string, ...args: Value[]): Value {
  const fn = functions[name];
  if (!fn) throw new Error(`there is no function ${name}`);
  return fn.call(args, budget);
}

const method = (value: Value, name: string, ...args: Value[]): Value => {
  const result = value instanceof Struct ? value.type.methods?.[name]?.call(args, budget) : undefined;
  return result instanceof Num && typeof result.value === 'bigint' ? result.value : (result ?? null);
};

const text = (value: Value): unknown => (value instanceof Struct ? value.text?.() : value);

const seconds = BigInt(NOW / 1000 - 0.535);
const cases: readonly (readonly [string, readonly Value[], string])[] = [
  ['now', [], '2026-07-14 15:09:26.535 +0000 UTC'],
  ['date', ['2006-01-02', 'now, for want of a time'], '2026-07-14'],
  ['date', ['15:04', 0n], '00:00'],
  ['date', ['15:04', int64(3600n)], '01:00'],
  ['date', ['2006', 3600], '2026'],
  ['dateInZone', ['2006-01-02 15:04 MST', 0n, 'Europe/Berlin'], '1970-01-01 01:00 CET'],
  ['date_in_zone', ['15:04 -0700', seconds, 'Asia/Kolkata'], '20:39 +0530'],
  ['dateInZone', ['15:04 MST', 0n, 'nowhere'], '00:00 UTC'],
  ['htmlDate', [0n], '1970-01-01'],
  ['htmlDateInZone', [0n, 'America/New_York'], '1969-12-31'],
  ['dateModify', ['-24h', call('now')], '2026-07-13 15:09:26.535 +0000 UTC'],
  ['date_modify', ['a day', call('now')], '2026-07-14 15:09:26.535 +0000 UTC'],
  ['ago', [seconds - 3725n], '1h2m6s'],
  ['ago', ['no time'], '0s'],
  ['duration', ['95'], '1m35s'],
  ['duration', [int64(3600n)], '1h0m0s'],
  ['duration', [95n], '0s'],
  ['durationRound', ['2400h5s'], '3mo'],
  ['durationRound', [int64(61_000_000_000n)], '1m'],
  ['durationRound', [call('dateModify', '-49h', call('now'))], '2d'],
  ['toDate', ['2006-01-02', '2017-12-31'], '2017-12-31 00:00:00 +0000 UTC'],
  ['toDate', ['2006-01-02', 'no date'], '0001-01-01 00:00:00 +0000 UTC'],
  ['unixEpoch', [call('toDate', '2006-01-02', '2017-12-31')], '1514678400'],
];

describe('functions of Go templates for times', () => {
  for (const [name, args, result] of cases) {
    it(`${name} of ${JSON.stringify(args.map((arg) => String(text(arg))))} is ${result}`, () => {
      expect(text(call(name, ...args))).to.equal(result);
    });
  }

  it('round and write durations as Go does', () => {
    for (const { in: written, round, dur } of casesOf<Record<'in' | 'round' | 'dur', string>>(
      'dates/duration.jsonl',
    )) {
      expect(call('durationRound', written), written).to.equal(round);
      expect(call('duration', written), written).to.equal(dur);
    }
  });

  it('give times with their methods', () => {
    const time = call('toDate', '2006-01-02T15:04:05Z07:00', '2026-02-28T23:30:00+01:00');
    expect(method(time, 'Year')).to.equal(2026n);
    expect(text(method(time, 'Month'))).to.equal('February');
    expect(text(method(time, 'Weekday'))).to.equal('Saturday');
    expect(method(time, 'YearDay')).to.equal(59n);
    expect(method(time, 'Unix')).to.equal(1772317800n);
    expect(method(time, 'Format', 'Jan 2, 2006 at 3:04pm (MST)')).to.equal('Feb 28, 2026 at 11:30pm (+0100)');
    expect(text(method(time, 'UTC'))).to.equal('2026-02-28 22:30:00 +0000 UTC');
    expect(text(method(time, 'AddDate', 0n, 0n, 1n))).to.equal('2026-03-01 23:30:00 +0100 +0100');
    expect(method(time, 'Before', call('now'))).to.equal(true);
    const since = method(call('now'), 'Sub', time);
    expect(text(since)).to.equal('3256h39m26.535s');
    expect(method(since, 'Hours')).to.be.closeTo(3256.657, 0.001);
    expect(text(method(time, 'Add', since))).to.equal('2026-07-14 16:09:26.535 +0100 +0100');
    expect(method(call('toDate', '', 'x'), 'IsZero')).to.equal(true);
  });

  it('fail aloud where their names begin with must', () => {
    expect(() => call('mustToDate', '2006-01-02', '2017-13-01')).to.throw(
      GoError,
      'parsing time "2017-13-01": month out of range',
    );
    expect(() => call('mustDateModify', '1x', call('now'))).to.throw(
      GoError,
      'time: unknown unit "x" in duration "1x"',
    );
    expect(() => call('unixEpoch', 'x')).to.throw(GoError, 'expected time.Time');
  });
});
