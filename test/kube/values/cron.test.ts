import { expect } from 'chai';
import { parseSchedule, scheduleProblem } from '../../../src/kube/values/cron.ts';

/** The numbers of each field; `*` where it says nothing. */
function fieldsOf(text: string): string {
  const schedule = parseSchedule(text);
  if (typeof schedule === 'string' || schedule.type === 'interval') return JSON.stringify(schedule);
  const { minutes, hours, days, months, weekdays } = schedule;
  return [minutes, hours, days, months, weekdays]
    .map(({ values, isAny }) => (isAny ? '*' : [...values].sort((a, b) => a - b).join(',')))
    .join(' ');
}

describe('a schedule of cron', () => {
  const rows: readonly [string, string][] = [
    ['* * * * *', '* * * * *'],
    ['? ? ? ? ?', '* * * * *'],
    ['5 4 1 2 3', '5 4 1 2 3'],
    ['1-3,7 0 * * *', '1,2,3,7 0 * * *'],
    ['*/20 0-6/3 * * *', '0,20,40 0,3,6 * * *'],
    ['50/4 0 * * *', '50,54,58 0 * * *'],
    ['0 0 * JAN,mar Mon-Wed', '0 0 * 1,3 1,2,3'],
    ['@hourly', '0 * * * *'],
    ['@daily', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
  ];
  for (const [text, fields] of rows) {
    it(`reads ${text}`, () => {
      expect(fieldsOf(text)).to.equal(fields);
    });
  }

  it('takes a step over everything for a restriction, and a step of one for none', () => {
    expect(fieldsOf('0 0 */2 * 1')).to.match(/^0 0 1,3,5/);
    expect(fieldsOf('0 0 */1 * 1')).to.equal('0 0 * * 1');
  });

  it('reads intervals in whole seconds, one at least', () => {
    expect(parseSchedule('@every 1h30m')).to.deep.equal({ type: 'interval', ms: 5_400_000 });
    expect(parseSchedule('@every 1500ms')).to.deep.equal({ type: 'interval', ms: 1_000 });
    expect(parseSchedule('@every 5ms')).to.deep.equal({ type: 'interval', ms: 1_000 });
  });

  it('may name its time zone', () => {
    expect(parseSchedule('CRON_TZ=Asia/Tokyo 5 4 * * *')).to.deep.include({ zone: 'Asia/Tokyo' });
    expect(parseSchedule('TZ=Asia/Tokyo 5 4 * * *')).to.deep.include({ zone: 'Asia/Tokyo' });
  });

  const problems: readonly [string, string][] = [
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['@often', 'unrecognized descriptor: @often'],
    ['@every day', 'failed to parse duration @every day: time: invalid duration "day"'],
  ];
  for (const [text, problem] of problems) {
    it(`says what is wrong with ${JSON.stringify(text)}`, () => {
      expect(scheduleProblem(text)).to.equal(problem);
    });
  }
});
