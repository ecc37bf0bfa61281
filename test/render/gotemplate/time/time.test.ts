import { expect } from 'chai';
import { timeStruct } from '../../../../src/render/gotemplate/functions/times.ts';
import {
  durationText,
  parseDuration,
  roundDuration,
} from '../../../../src/render/gotemplate/time/duration.ts';
import { formatTime } from '../../../../src/render/gotemplate/time/format.ts';
import { STRING } from '../../../../src/render/gotemplate/time/layout.ts';
import { parseTime } from '../../../../src/render/gotemplate/time/parse.ts';
import { zoneOf } from '../../../../src/render/gotemplate/time/zones.ts';
import { GoError, Struct } from '../../../../src/render/gotemplate/values.ts';
import { casesOf } from '../encoding/notation.ts';

interface Formatted {
  /** Seconds since the epoch, nanoseconds, zone, layout. */
  readonly in: readonly [string, string, string, string];
  readonly value: string;
  /** What the time prints as. */
  readonly text: string;
  /** What a month and three days later prints as. */
  readonly later: string;
}

interface Parsed {
  /** Layout and text. */
  readonly in: readonly [string, string];
  readonly value?: string;
  readonly error?: string;
}

interface Duration {
  readonly in: string;
  readonly value?: string;
  readonly error?: string;
  /** Rounded to seconds. */
  readonly r?: string;
}

describe('times of Go templates', () => {
  it('are written as time.Time writes them, in every zone', () => {
    for (const { in: written, value, text, later } of casesOf<Formatted>('dates/format.jsonl')) {
      const [seconds, nanos, name, layout] = written;
      const zone = zoneOf(name);
      if (!zone) throw new Error(`there is no zone ${name}`);
      const time = { seconds: Number(seconds), nanos: Number(nanos), zone };
      const shown = JSON.stringify(written);
      expect(formatTime(time, layout), shown).to.equal(value);
      expect(formatTime(time, STRING), shown).to.equal(text);
      const added = timeStruct(time).type.methods?.AddDate?.call([0n, 1n, 3n], { spend: () => undefined });
      expect(added instanceof Struct && added.text?.(), shown).to.equal(later);
    }
  });

  it('are read as time.Parse reads them, with its errors', () => {
    for (const { in: pair, value, error } of casesOf<Parsed>('dates/parse.jsonl')) {
      const shown = JSON.stringify(pair);
      if (error !== undefined) expect(() => parseTime(...pair), shown).to.throw(GoError, error);
      else expect(formatTime(parseTime(...pair), STRING), shown).to.equal(value);
    }
  });

  it('are apart by durations, read and written as time.Duration is', () => {
    for (const { in: text, value, error, r } of casesOf<Duration>('dates/duration.jsonl')) {
      if (error !== undefined) expect(() => parseDuration(text), text).to.throw(GoError, error);
      else {
        expect(durationText(parseDuration(text)), text).to.equal(value);
        expect(durationText(roundDuration(parseDuration(text), 1_000_000_000n)), text).to.equal(r);
      }
    }
  });

  it('know no zone by a name that Go does not know', () => {
    for (const name of ['nope', 'europe/berlin', 'Factory', '../UTC', 'CET/'])
      expect(zoneOf(name), name).to.equal(undefined);
  });
});
