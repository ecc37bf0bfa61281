import { expect } from 'chai';
import { createMade, type Made, timeOnce } from '../../../src/render/gotemplate/made.ts';
import { readRecord } from '../../../src/render/gotemplate/valuerecord.ts';
import {
  GoError,
  int64,
  type Num,
  Struct,
  strings,
  typed,
  typeInfo,
  type Value,
} from '../../../src/render/gotemplate/values.ts';
import { type GeneratedValues, generatedName } from '../../../src/render/recorded.ts';

/** Random bytes that count up, and a clock that stands. */
function madeAfter(before: GeneratedValues, at = '2026-01-02T03:04:05Z'): Made {
  let next = 0;
  const random = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => next++ & 0xff);
  return createMade(before, { random, now: () => new Date(at) });
}

/** As a store keeps it. */
const kept = (made: Made): GeneratedValues => JSON.parse(JSON.stringify(made.used()));

type Call = readonly [template: string, ...args: Value[]];

/** What `calls` of one function give, which makes 1, 2, 3 … */
function results(made: Made, calls: readonly Call[], first = 1): Value[] {
  let next = first;
  return calls.map(([template, ...args]) => {
    made.enter(template);
    return made.take('randAlphaNum', args, () => `made ${next++}`);
  });
}

describe('values that are made once', () => {
  const CALLS: readonly Call[] = [
    ['a.yaml', 16n],
    ['a.yaml', 16n],
    ['a.yaml', 8n],
    ['b.yaml', 16n],
  ];

  it('are what an earlier render made at the same call', () => {
    const first = madeAfter({});
    expect(results(first, CALLS)).deep.equal(['made 1', 'made 2', 'made 3', 'made 4']);
    const second = madeAfter(kept(first));
    expect(results(second, CALLS, 100)).deep.equal(['made 1', 'made 2', 'made 3', 'made 4']);
    expect(second.used()).deep.equal(first.used());
  });

  it('stay when other templates, other functions and other arguments are added before them', () => {
    const first = madeAfter({});
    results(first, CALLS);
    const second = madeAfter(kept(first));
    const more = results(second, [['0.yaml', 16n], ['a.yaml', 4n], ...CALLS, ['a.yaml', 16n]], 100);
    expect(more).deep.equal(['made 100', 'made 101', 'made 1', 'made 2', 'made 3', 'made 4', 'made 102']);
  });

  it('move up behind an equal call of the same template that is removed', () => {
    const first = madeAfter({});
    results(first, [
      ['a.yaml', 16n],
      ['a.yaml', 16n],
    ]);
    expect(results(madeAfter(kept(first)), [['a.yaml', 16n]])).deep.equal(['made 1']);
  });

  it('are the time of the first render, at each call', () => {
    const first = madeAfter({});
    first.enter('a.yaml');
    const clock = timeOnce(first, () => new Date('2026-01-02T03:04:05Z'));
    expect([clock(), clock()]).deep.equal([
      new Date('2026-01-02T03:04:05Z'),
      new Date('2026-01-02T03:04:05Z'),
    ]);
    const second = madeAfter(kept(first));
    second.enter('a.yaml');
    const later = timeOnce(second, () => new Date('2027-01-01T00:00:00Z'));
    expect([later(), later(), later()].map((time) => time.getFullYear())).deep.equal([2026, 2026, 2027]);
  });

  it('are told apart by arguments of every kind', () => {
    const cases: Value[] = [16n, 16, '16', int64(16n), null, [16n], strings(['16']), new Map([['16', 16n]])];
    const made = madeAfter({});
    expect(
      new Set(
        results(
          made,
          cases.map((value) => ['a.yaml', value] as const),
        ),
      ).size,
    ).equal(cases.length);
  });

  it('say which function and template made them, and when', () => {
    const first = madeAfter({});
    results(first, [['a.yaml', 16n]]);
    const later = madeAfter(kept(first), '2027-01-01T00:00:00Z');
    results(later, [
      ['a.yaml', 16n],
      ['a.yaml', 16n],
    ]);
    expect(Object.values(later.used())).deep.equal([
      {
        function: 'randAlphaNum',
        template: 'a.yaml',
        id: '00010203',
        since: '2026-01-02T03:04:05.000Z',
        value: 'made 1',
      },
      {
        function: 'randAlphaNum',
        template: 'a.yaml',
        id: '00010203',
        since: '2027-01-01T00:00:00.000Z',
        value: 'made 1',
      },
    ]);
    expect(Object.values(first.used()).map(generatedName)).deep.equal(['randAlphaNum-00010203']);
  });

  it('have names that show nothing of the arguments', () => {
    const made = madeAfter({});
    results(made, [['a.yaml', 'hunter2']]);
    expect(Object.keys(made.used()).join()).not.contain('hunter2');
  });

  it('are refused where they are too many or too large to be kept', () => {
    const made = madeAfter({});
    const call = (value: string) => made.take('uuidv4', [], () => value);
    for (let i = 0; i < 1000; i++) call('x');
    expect(() => call('x')).throw(GoError, 'more than 1000 values');
    const large = madeAfter({});
    expect(() => large.take('randAscii', [], () => 'x'.repeat(1_000_001))).throw(GoError, 'more than 1 MB');
  });

  it('keep their types on the way through JSON', () => {
    const fields = new Map<string, Value>([
      ['Cert', 'c'],
      ['Key', 'k'],
    ]);
    const values: Value[] = [
      null,
      true,
      'text',
      '\udcff',
      1.5,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      7n,
      2n ** 62n,
      int64(-1n),
      Uint8Array.of(0, 255),
      [1n, ['a']],
      strings(['a']),
      typed(new Map([['a', 'b']]), { name: 'map[string]string' }),
      new Map<string, Value>([['__proto__', 1n]]),
      new Struct({ name: 'sprig.certificate' }, fields),
    ];
    const made = madeAfter({});
    for (const value of values) {
      made.enter('a.yaml');
      expect(made.take('any', [], () => value)).deep.equal(value);
    }
    const back = Object.values(kept(made)).map(({ value }) => readRecord(value as never));
    expect(back).deep.equal(values);
    expect(typeInfo(back[13] as Value[])?.name).equal('[]string');
    expect((back[10] as Num).type).equal('int64');
  });
});
