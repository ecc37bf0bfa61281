import { expect } from 'chai';
import { staysAfter, timeOf } from '../../../src/model/stays.ts';
import type { Stay } from '../../../src/model/types.ts';
import { facts, NOW, REVISION, readGates, stateOf } from './support.ts';

const HOUR = 3_600_000;
const at = (hour: number): number => Date.parse(`2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`);

describe('the gate soak', () => {
  const ran = (...stays: readonly Stay[]) => facts({ status: { ...facts().status, ran: stays } as never });

  it('waits until the revision has run in the source for so long, and says until when', () => {
    const found = stateOf(
      'soak',
      2 * HOUR,
      ran({ revision: REVISION, ms: 0, since: '2026-01-01T11:00:00Z' }),
    );
    expect(found).to.include({ state: 'Waiting', until: '2026-01-01T13:00:00Z' });
    expect(found?.reason).to.equal('aaaaaaa in shop/dev must run for 2h; 1h to go.');
  });

  it('opens when it has, whatever its health did meanwhile', () => {
    const status = { ...facts().status, health: 'Degraded', healthySince: undefined };
    const stays = [{ revision: REVISION, ms: 0, since: '2026-01-01T10:00:00Z' }];
    const found = stateOf('soak', 2 * HOUR, facts({ status: { ...status, ran: stays } as never }));
    expect(found).to.include({ state: 'Passed', reason: 'aaaaaaa in shop/dev has run for 2h.' });
  });

  it('counts the time before another revision ran in between, and ends by itself only while it runs', () => {
    const again = ran({ revision: REVISION, ms: 1.5 * HOUR, since: '2026-01-01T11:45:00Z' });
    expect(stateOf('soak', 2 * HOUR, again)?.until).to.equal('2026-01-01T12:15:00Z');
    const other = facts({
      status: {
        ...facts().status,
        deployedRevision: 'b'.repeat(40),
        ran: [{ revision: REVISION, ms: 1.5 * HOUR }],
      } as never,
    });
    const found = stateOf('soak', 2 * HOUR, other);
    expect(found).to.include({ state: 'Waiting' }).and.not.to.have.property('until');
    expect(found?.reason).to.contain('30m to go, once it runs there again');
  });

  it('takes what an older version deployed for having run since it has been healthy', () => {
    const status = { ...facts().status, healthySince: '2026-01-01T09:00:00Z' };
    expect(stateOf('soak', 2 * HOUR, facts({ status: status as never }))?.state).to.equal('Passed');
  });

  it('asks nothing of a direct commit, which no source runs', () => {
    expect(stateOf('soak', HOUR, facts({ status: undefined }), { subject: 'direct commit' })).to.equal(
      undefined,
    );
  });

  it('is a duration, and anything else is named with its line', () => {
    expect(readGates('soak: 2h')).to.deep.equal({ soak: 2 * HOUR });
    expect(String(readGates('soak: 2')))
      .to.contain('must be a duration such as')
      .and.contain('pilotage.yaml:11');
  });
});

describe('the time that revisions ran', () => {
  it('is counted for each, however often they take turns', () => {
    const first = staysAfter(undefined, 'a', at(1));
    const second = staysAfter(first, 'b', at(3));
    const third = staysAfter(second, 'a', at(4));
    expect([timeOf(third, 'a', at(5)), timeOf(third, 'b', at(5))]).to.deep.equal([3 * HOUR, HOUR]);
  });

  it('stays the same record while the same revision runs', () => {
    const first = staysAfter(undefined, 'a', at(1));
    expect(staysAfter(first, 'a', at(2))).to.equal(first);
  });

  it('is kept of the last ten', () => {
    const names = Array.from({ length: 15 }, (_, i) => `r${i}`);
    const stays = names.reduce<readonly Stay[]>((all, name, i) => staysAfter(all, name, NOW + i * HOUR), []);
    expect(stays.map(({ revision }) => revision)).to.deep.equal(names.slice(5));
  });
});
