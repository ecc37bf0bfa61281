import { expect } from 'chai';
import type { Measurement } from '../../../src/model/types.ts';
import { digestOfSetting, measuredNow, nextMeasurement } from '../../../src/promotion/gates/measured.ts';
import { facts, NOW, REVISION, readGates, stateOf } from './support.ts';

const MINUTE = 60_000;
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const HTTP = { service: 'web', path: '/healthz', within: 5_000, for: 10 * MINUTE };
const METRIC = { query: 'rate(errors[5m])', max: 0.01, over: 0 };

const measured = (setting: object, more: Partial<Measurement> = {}): Measurement => ({
  gate: setting === METRIC ? 'metric' : 'http',
  setting: digestOfSetting(setting as never),
  revision: REVISION,
  state: 'good',
  message: 'pod web-1 answers 200',
  at: at(-10_000),
  goodSince: at(-20 * MINUTE),
  ...more,
});

describe('the gate http', () => {
  const state = (...all: readonly Measurement[]) => stateOf('http', HTTP, facts({ measured: all }));

  it('is open when the Service has answered well for so long', () => {
    expect(state(measured(HTTP))).to.include({
      state: 'Passed',
      reason: 'GET web/healthz of shop/dev: pod web-1 answers 200.',
    });
  });

  it('waits until it has, and says until when', () => {
    const found = state(measured(HTTP, { goodSince: at(-4 * MINUTE) }));
    expect(found).to.include({ state: 'Waiting', until: '2026-01-01T12:06:00Z' });
    expect(found?.reason).to.contain('it must be so for 10m, 6m to go');
  });

  it('is closed by a bad answer, which it names', () => {
    const found = state(measured(HTTP, { state: 'bad', message: 'pod web-1 answers 500' }));
    expect(found).to.include({ state: 'Blocked' });
    expect(found?.reason).to.contain('pod web-1 answers 500');
  });

  it('is never open by an error: while nobody answers it is closed, and says so', () => {
    const away = {
      state: 'unknown',
      message: 'no pod behind Service web is ready',
      at: at(-9 * MINUTE),
    } as const;
    const found = state(measured(HTTP, away));
    expect(found).to.include({ state: 'Blocked' });
    expect(found?.reason).to.contain('is not known, which opens nothing: no pod behind Service web is ready');
  });

  it('is not opened by what was measured long ago, for another revision or for another setting', () => {
    for (const more of [{ at: at(-10 * MINUTE) }, { revision: 'b'.repeat(40) }, { setting: 'other' }])
      expect(state(measured(HTTP, more))?.state, JSON.stringify(more)).to.equal('Waiting');
    expect(state()?.reason).to.contain('has not been measured for this revision');
  });

  it('names a Service and no address in pilotage.yaml', () => {
    expect(
      readGates('http: {service: web, port: http, path: /healthz, expect: 204, for: 10m}'),
    ).to.deep.equal({
      http: { service: 'web', port: 'http', path: '/healthz', expect: 204, within: 5_000, for: 600_000 },
    });
  });

  const wrong: readonly (readonly [written: string, said: string])[] = [
    ['{path: /}', 'has no service'],
    ['{service: "169.254.169.254"}', 'cannot be the name of a Service'],
    ['{service: web.other.svc}', 'cannot be the name of a Service'],
    ['{service: web, url: "http://10.0.0.1"}', 'is not a known field'],
    ['{service: web, path: healthz}', 'must begin with /'],
    ['{service: web, path: "/a b"}', 'hold no blanks'],
    ['{service: web, expect: 42}', 'is not a status'],
    ['{service: web, within: 5m}', '1m at most'],
    ['{service: web, port: [80]}', 'must be the name or the number of a port'],
  ];
  for (const [written, said] of wrong)
    it(`refuses ${written}, with its line`, () => {
      expect(String(readGates(`http: ${written}`)))
        .to.contain(said)
        .and.contain('pilotage.yaml:11');
    });
});

describe('the gate metric', () => {
  const state = (setting: object, one: Measurement, more: object = {}) =>
    stateOf('metric', setting as never, facts({ measured: [one], ...more }));

  it('is open while the value is within its bounds', () => {
    expect(state(METRIC, measured(METRIC, { message: '0.002 is not above 0.01' }))?.state).to.equal('Passed');
  });

  it('is closed with the measured value', () => {
    const found = state(METRIC, measured(METRIC, { state: 'bad', message: '0.4 is above 0.01' }));
    expect(found).to.include({ state: 'Blocked' });
    expect(found?.reason).to.contain('the metric: 0.4 is above 0.01');
  });

  it('is closed while the server is away', () => {
    const found = state(METRIC, measured(METRIC, { state: 'unknown', message: 'cannot be reached' }));
    expect(found?.reason).to.contain('is not known, which opens nothing: cannot be reached');
  });

  it('waits until the revision has run for the time that is looked at', () => {
    const setting = { ...METRIC, over: 10 * MINUTE };
    const one = measured(setting, { gate: 'metric' });
    const ran = [{ revision: REVISION, ms: 0, since: at(-4 * MINUTE) }];
    const status = { ...facts().status, ran };
    expect(state(setting, one, { status })).to.include({ state: 'Waiting', until: '2026-01-01T12:06:00Z' });
    const longer = { ...facts().status, ran: [{ revision: REVISION, ms: 0, since: at(-11 * MINUTE) }] };
    expect(state(setting, one, { status: longer })?.state).to.equal('Passed');
  });

  const wrong: readonly (readonly [written: string, said: string])[] = [
    ['{query: up}', 'has no max and no min'],
    ['{max: 1}', 'has no query'],
    ['{query: up, max: 1, min: 2}', 'so it never opens'],
    ['{query: up, max: high}', 'must be a number'],
    ['{query: up, max: 1, over: 2d}', 'must be 1d at most'],
    ['{query: up, max: 1, url: "http://10.0.0.1"}', 'is not a known field'],
  ];
  for (const [written, said] of wrong)
    it(`refuses ${written}, with its line`, () => {
      expect(String(readGates(`metric: ${written}`)))
        .to.contain(said)
        .and.contain('pilotage.yaml:11');
    });
});

describe('what is measured for a gate', () => {
  const asked = { gate: 'http', setting: 'x', revision: REVISION };
  const good = { state: 'good', message: 'fine' } as const;
  const away = { state: 'unknown', message: 'away' } as const;

  it('has been good since the first of its answers in a row', () => {
    const first = measuredNow(undefined, asked, good, NOW);
    const second = measuredNow(first, asked, good, NOW + 30_000);
    expect(second.goodSince).to.equal(first.at);
    for (const reading of [away, { state: 'bad', message: 'no' } as const]) {
      const broken = measuredNow(second, asked, reading, NOW + 60_000);
      expect(broken).not.to.have.property('goodSince');
      expect(measuredNow(broken, asked, good, NOW + 90_000).goodSince).to.equal(at(90_000));
    }
  });

  it('begins anew for another revision or setting, and after a time in which nobody asked', () => {
    const first = measuredNow(undefined, asked, good, NOW);
    for (const other of [
      { ...asked, revision: 'b' },
      { ...asked, setting: 'y' },
    ])
      expect(measuredNow(first, other, good, NOW + 30_000).goodSince).to.equal(at(30_000));
    expect(measuredNow(first, asked, good, NOW + 10 * MINUTE).goodSince).to.equal(at(10 * MINUTE));
  });

  it('is asked later each time that nobody answers, ten minutes at most', () => {
    let one = measuredNow(undefined, asked, away, NOW);
    const waits = [];
    for (let n = 0; n < 7; n++) {
      waits.push((nextMeasurement(one) - Date.parse(one.at)) / 1000);
      one = measuredNow(one, asked, away, nextMeasurement(one));
    }
    expect(waits).to.deep.equal([30, 60, 120, 240, 480, 600, 600]);
  });
});
