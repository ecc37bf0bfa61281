import { expect } from 'chai';
import { approvals } from '../../../src/promotion/gates/approvals.ts';
import type { ApprovalsSetting } from '../../../src/promotion/gates/approvalsetting.ts';
import { unfilled } from '../../../src/promotion/gates/quorum.ts';
import { approval, facts, type Random, randomFrom, readGates, stateOf } from './support.ts';

const HOUR = 3_600_000;
const SECURITY_AND_OPS = { count: 3, groups: { security: 1, ops: 2 } };

describe('the gate approvals', () => {
  it('with groups opens when so many of each have approved', () => {
    const given = [
      approval('ann', { groups: ['security'] }),
      approval('bob', { groups: ['ops'] }),
      approval('cyd', { groups: ['ops', 'web'] }),
    ];
    expect(stateOf('approvals', SECURITY_AND_OPS, facts({ approvals: given }))?.state).to.equal('Passed');
    const found = stateOf('approvals', SECURITY_AND_OPS, facts({ approvals: given.slice(0, 2) }));
    expect(found?.state).to.equal('Waiting');
    expect(found?.reason).to.equal(
      '2 of 3 approvals for aaaaaaa (ann, bob); 1 of ops to go. Somebody else of ops runs: pilotage approve.',
    );
  });

  it('takes a person of two groups for one of them alone', () => {
    const both = approval('ann', { groups: ['security', 'ops'] });
    const asked = { count: 2, groups: { security: 1, ops: 1 } };
    expect(stateOf('approvals', asked, facts({ approvals: [both] }))?.state).to.equal('Waiting');
    const other = approval('bob', { groups: ['security'] });
    expect(stateOf('approvals', asked, facts({ approvals: [both, other] }))?.state).to.equal('Passed');
  });

  it('is not open by many people of no group', () => {
    const given = ['ann', 'bob', 'cyd', 'dan'].map((name) => approval(name));
    expect(stateOf('approvals', SECURITY_AND_OPS, facts({ approvals: given }))?.reason).to.contain(
      '1 of security to go; 2 of ops to go',
    );
  });

  it('forgets an approval that is older than it may be', () => {
    const old = approval('bob', { at: '2025-12-31T12:00:00Z' });
    const setting = { count: 1, expires: 24 * HOUR };
    const found = stateOf('approvals', setting, facts({ approvals: [old] }));
    expect(found?.state).to.equal('Waiting');
    expect(found?.reason).to.contain('that of bob does not count (it is older than 1d)');
    const young = approval('bob', { at: '2025-12-31T12:00:01Z' });
    expect(stateOf('approvals', setting, facts({ approvals: [young] }))?.state).to.equal('Passed');
  });

  it('does not count an approval of other images of the same revision', () => {
    const given = [approval('bob', { digest: 'one' })];
    expect(stateOf('approvals', 1, facts({ approvals: given, digest: 'one' }))?.state).to.equal('Passed');
    const found = stateOf('approvals', 1, facts({ approvals: given, digest: 'two' }));
    expect(found?.reason).to.contain(
      'that of bob does not count (shop/dev ran other images of this revision then)',
    );
  });

  it('of a group that has nobody says at once that it cannot open', () => {
    const groups = { sizes: { ops: 5 }, isWhole: true };
    const found = stateOf('approvals', SECURITY_AND_OPS, facts({ groups }));
    expect(found?.state).to.equal('Blocked');
    expect(found?.reason).to.contain('It cannot open: security has 0 people, and 1 have to approve.');
  });

  it('of a group that nobody knows yet waits, where people may come from elsewhere', () => {
    const groups = { sizes: {}, isWhole: false };
    expect(stateOf('approvals', SECURITY_AND_OPS, facts({ groups }))?.state).to.equal('Waiting');
  });

  it('asks a direct commit for the same', () => {
    const asked = { subject: 'direct commit' } as const;
    const found = stateOf('approvals', SECURITY_AND_OPS, facts({ status: undefined }), asked);
    expect(found?.reason).to.match(/^0 of 3/);
  });

  it('finds places for people wherever there is a way (brute force, 300 random cases)', () => {
    const random = randomFrom(5);
    for (let n = 0; n < 300; n++) {
      const groups = { a: random.below(3), b: random.below(3), c: random.below(2) };
      const people = Array.from({ length: random.below(6) }, () =>
        ['a', 'b', 'c'].filter(() => random.below(2) === 0),
      );
      const missing = Object.values(unfilled(groups, people)).reduce((all, one) => all + one, 0);
      const places = groups.a + groups.b + groups.c;
      expect(places - missing, JSON.stringify({ groups, people })).to.equal(most(groups, people));
    }
  });

  it('calls as strict only what lets nobody through who was stopped (500 random pairs)', () => {
    const random = randomFrom(9);
    let strict = 0;
    for (let n = 0; n < 500; n++) {
      const [before, next] = [randomSetting(random), randomSetting(random)];
      if (!approvals.isAsStrict(next, before)) continue;
      strict++;
      for (let k = 0; k < 20; k++) {
        const given = randomApprovals(random);
        const passes = (setting: ApprovalsSetting) =>
          stateOf('approvals', setting as never, facts({ approvals: given }))?.state ?? 'Passed';
        if (passes(next) === 'Passed')
          expect(passes(before), JSON.stringify({ before, next, given })).to.equal('Passed');
      }
    }
    expect(strict).to.be.greaterThan(50);
  });

  it('is a number or a map in pilotage.yaml', () => {
    expect(readGates('approvals: 2')).to.deep.equal({ approvals: 2 });
    expect(readGates('approvals: {groups: {security: 1, ops: 2}, expires: 24h}')).to.deep.equal({
      approvals: { ...SECURITY_AND_OPS, expires: 24 * HOUR },
    });
  });

  const wrong: readonly (readonly [sentence: string, written: string, said: string])[] = [
    [
      'of fewer people than its groups',
      '{count: 1, groups: {ops: 2}}',
      'is 1, and its groups ask for 2 people',
    ],
    ['of nobody', '{expires: 1h}', 'asks for nobody'],
    ['of nobody of a group', '{groups: {ops: 0}}', 'must be 1 or more'],
    ['of half a person', '{count: 1.5}', 'must be a whole number'],
    ['that is no number', 'two', 'must be a whole number'],
    ['with a misspelt key', '{count: 1, group: {ops: 1}}', 'Did you mean groups?'],
    ['that expires at once', '{count: 1, expires: 0s}', 'must be more than 0'],
  ];
  for (const [sentence, written, said] of wrong)
    it(`${sentence} is an error with its line`, () => {
      expect(String(readGates(`approvals: ${written}`)))
        .to.contain(said)
        .and.contain('pilotage.yaml:11');
    });
});

/** The most places that people can fill, by trying everything. */
function most(groups: Readonly<Record<string, number>>, people: readonly (readonly string[])[]): number {
  const [first, ...others] = people;
  if (first === undefined) return 0;
  const seated = first.flatMap((group) => {
    const left = groups[group] ?? 0;
    return left > 0 ? [1 + most({ ...groups, [group]: left - 1 }, others)] : [];
  });
  return Math.max(most(groups, others), ...seated);
}

function randomSetting(random: Random): ApprovalsSetting {
  if (random.below(3) === 0) return 1 + random.below(3);
  const groups = { ops: random.below(2), security: random.below(2) };
  const named = Object.fromEntries(Object.entries(groups).filter(([, needed]) => needed > 0));
  const sum = groups.ops + groups.security;
  return {
    count: Math.max(1, sum + random.below(2)),
    ...(sum > 0 ? { groups: named } : {}),
    ...(random.below(3) === 0 ? { expires: (1 + random.below(3)) * HOUR } : {}),
  };
}

const randomApprovals = (random: Random) =>
  ['ann', 'bob', 'cyd', 'dan'].slice(random.below(4)).map((name) =>
    approval(name, {
      at: `2026-01-01T${String(8 + random.below(4)).padStart(2, '0')}:30:00Z`,
      groups: ['ops', 'security'].filter(() => random.below(2) === 0),
    }),
  );
