import { expect } from 'chai';
import { formatDuration, parseDuration } from '../../src/model/duration.ts';

describe('durations', () => {
  it('are read as people write them', () => {
    expect(['2m', '30s', '72h', '1h30m', '500ms', '1d'].map(parseDuration)).to.deep.equal([
      120_000, 30_000, 259_200_000, 5_400_000, 500, 86_400_000,
    ]);
  });
  it('are refused when they have no unit, or are no durations', () => {
    expect(['', '5', 'm', '1x', '30m1h', '-2m'].map(parseDuration)).to.deep.equal(Array(6).fill(undefined));
  });
  it('parse back to what they were printed from', () => {
    for (const ms of [0, 1, 999, 1_000, 90_000, 3_600_001, 86_400_000, 123_456_789]) {
      expect(parseDuration(formatDuration(ms))).to.equal(ms);
    }
  });
});
