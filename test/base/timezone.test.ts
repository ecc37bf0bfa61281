import { expect } from 'chai';
import { clockIn, rfc3339In } from '../../src/base/timezone.ts';

const at = (text: string) => Date.parse(text);

describe('a time zone', () => {
  it('shows a moment as its clocks do', () => {
    const shown = (zone: string, text: string) => clockIn(zone)(at(text)).toISOString();
    expect(shown('UTC', '2026-01-01T00:30:00Z')).to.equal('2026-01-01T00:30:00.000Z');
    expect(shown('America/New_York', '2026-01-01T00:30:00.250Z')).to.equal('2025-12-31T19:30:00.250Z');
    expect(shown('Asia/Kolkata', '2026-07-01T00:00:00Z')).to.equal('2026-07-01T05:30:00.000Z');
    expect(shown('Europe/Paris', '2026-07-01T22:00:00Z')).to.equal('2026-07-02T00:00:00.000Z');
  });

  it('is written as the offset from UTC', () => {
    const moment = at('2026-01-01T12:00:00Z');
    expect(rfc3339In('UTC', moment)).to.equal('2026-01-01T12:00:00Z');
    expect(rfc3339In('Europe/London', moment)).to.equal('2026-01-01T12:00:00Z');
    expect(rfc3339In('America/St_Johns', moment)).to.equal('2026-01-01T08:30:00-03:30');
    expect(rfc3339In('Asia/Kathmandu', moment)).to.equal('2026-01-01T17:45:00+05:45');
  });

  it('that nobody knows is refused', () => {
    expect(() => clockIn('Mars/Olympus')).to.throw(RangeError);
  });
});
