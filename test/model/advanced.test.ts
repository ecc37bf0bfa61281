import { expect } from 'chai';
import { advanced, advancedSince, advancesAfter } from '../../src/model/advanced.ts';
import type { Advance, Delivery, Environment, EnvironmentStatus } from '../../src/model/types.ts';

const AT = '2026-01-01T00:10:00Z';
const COMMIT = { revision: 'r2', tree: 't2', at: AT, by: 'ann' };
const WELL: EnvironmentStatus = {
  wantedRevision: 'r1',
  wantedBy: 'bob',
  observation: 4,
  deployedRevision: 'r1',
  deployedTree: 't1',
  assessedRevision: 'r1',
  release: 3,
  sync: 'Synced',
  phase: 'Idle',
  health: 'Healthy',
  healthySince: '2026-01-01T00:00:00Z',
};

const environment = (uid: string, status?: EnvironmentStatus): Environment =>
  ({ metadata: { name: `shop.${uid}`, uid }, spec: { delivery: 'shop' }, status }) as unknown as Environment;
const delivery = (...rows: readonly Advance[]): Delivery =>
  ({ metadata: { name: 'shop' }, status: { advanced: rows } }) as unknown as Delivery;
const row = (more: Partial<Advance> = {}): Advance => ({
  ...COMMIT,
  observation: 5,
  environments: ['a', 'b'],
  ...more,
});

describe('an environment as it stands', () => {
  const standing = (status: EnvironmentStatus, more?: Partial<Advance>) =>
    advanced(environment('a', status), delivery(row(more))).status;

  it('wants and has the last commit that left it alone, since that was pushed and by whom', () => {
    expect(standing(WELL)).to.deep.equal({
      ...WELL,
      wantedRevision: 'r2',
      wantedBy: 'ann',
      observation: 5,
      deployedRevision: 'r2',
      deployedTree: 't2',
      assessedRevision: 'r2',
      healthySince: AT,
    });
  });

  const cases: readonly [string, Partial<EnvironmentStatus>, Partial<EnvironmentStatus>][] = [
    [
      'has still what a pin holds, where that is another revision',
      { deployedRevision: 'r0', deployedTree: 't0' },
      {
        wantedRevision: 'r2',
        deployedRevision: 'r0',
        deployedTree: 't0',
        healthySince: WELL.healthySince ?? '',
      },
    ],
    [
      'is still to be looked at, where no pass has been for what its record wants',
      { assessedRevision: 'r0' },
      { deployedRevision: 'r2', assessedRevision: 'r0' },
    ],
    [
      'is healthy since it became so, where that was after the commit',
      { healthySince: '2026-01-01T00:20:00Z' },
      { healthySince: '2026-01-01T00:20:00Z' },
    ],
    ['is what its record says, where that was written since', { observation: 5 }, { wantedRevision: 'r1' }],
  ];
  for (const [title, own, expected] of cases)
    it(title, () => expect(standing({ ...WELL, ...own })).to.include(expected));

  it('is not healthy since the commit, where it was not healthy', () => {
    const { healthySince: _since, ...ill } = WELL;
    expect(standing({ ...ill, health: 'Degraded' })).to.not.have.property('healthySince');
  });

  it('forgets who pushed the commit before, where nobody knows who pushed this one', () => {
    const { by: _by, ...unknown } = row();
    expect(advanced(environment('a', WELL), delivery(unknown)).status).to.not.have.property('wantedBy');
  });

  it('is its own record for one of the same name that was made later, for one without a commit, and without a Delivery', () => {
    for (const one of [environment('other', WELL), environment('a'), environment('a', { ...ill })])
      expect(advanced(one, delivery(row()))).to.equal(one);
    const one = environment('a', WELL);
    expect(advanced(one, undefined)).to.equal(one);
  });
  const ill: EnvironmentStatus = { sync: 'Unknown', phase: 'Idle', health: 'Unknown' };

  it('is the same read twice, and by the later of two Deliveries, whichever was read before', () => {
    const [own, once] = [environment('a', WELL), delivery(row())];
    const first = advanced(own, once);
    expect(advanced(first, once)).to.equal(first);
    expect(advanced(own, once)).to.equal(first);
    const later = delivery(row({ revision: 'r3', tree: 't3', observation: 6 }));
    expect(advanced(first, later)).to.deep.equal(advanced(own, later));
  });
});

describe('what a Delivery records of a commit that leaves environments alone', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((uid) => environment(uid, WELL)) as [
    Environment,
    Environment,
    Environment,
  ];

  it('is one row for all whose count of commits is the same', () => {
    const other = environment('d', { ...WELL, observation: 9 });
    const left = new Map([a, b, other].map((one) => [one, COMMIT]));
    expect(advancesAfter(delivery(), [a, b, c, other], left)).to.deep.equal([
      row({ environments: ['a', 'b'] }),
      row({ environments: ['d'], observation: 10 }),
    ]);
  });

  it('takes the place of what was recorded of them, and of no other', () => {
    const before = delivery(row({ environments: ['a', 'c'] }));
    const known = [a, b, c].map((one) => advanced(one, before));
    const next = { ...COMMIT, revision: 'r3' };
    const left = new Map(known.slice(0, 2).map((one) => [one, next]));
    expect(advancesAfter(before, known, left)).to.deep.equal([
      row({ revision: 'r3', observation: 6, environments: ['a'] }),
      row({ revision: 'r3', observation: 5, environments: ['b'] }),
      row({ environments: ['c'] }),
    ]);
  });

  it('leaves out those that are gone, and those whose own records have overtaken it', () => {
    const before = delivery(row({ environments: ['a', 'gone'] }));
    const overtaken = environment('a', { ...WELL, observation: 6 });
    expect(advancesAfter(before, [overtaken, b], new Map([[b, COMMIT]]))).to.deep.equal([
      row({ environments: ['b'] }),
    ]);
  });

  it('concerns those that a commit has left alone since, and nobody where something else of the Delivery changed', () => {
    const before = delivery(row());
    const moved = { ...before, status: { ...delivery(row()).status, branches: { main: 'r9' } } };
    expect(advancedSince(moved, before)).to.deep.equal([]);
    const later = delivery(row({ environments: ['a'] }), row({ observation: 6, environments: ['b', 'c'] }));
    expect(advancedSince(later, before)).to.deep.equal(['b', 'c']);
    expect(advancedSince(before, undefined)).to.deep.equal(['a', 'b']);
  });
});
