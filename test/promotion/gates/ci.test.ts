import { expect } from 'chai';
import { rfc3339 } from '../../../src/base/clock.ts';
import type { CommitChecks } from '../../../src/model/types.ts';
import { type CiSetting, ci } from '../../../src/promotion/gates/ci.ts';
import type { Gate, GateFacts } from '../../../src/promotion/gates/gate.ts';

const NOW = Date.UTC(2026, 11, 1);
const REVISION = '1'.repeat(40);
const BOTH: CiSetting = { required: ['build', 'test'] };
const gate = ci as unknown as Gate;

type States = Readonly<Record<string, CommitChecks['statuses'][number]['state']>>;
const said = (states: States, more: Partial<CommitChecks> = {}): CommitChecks => ({
  ...{ revision: REVISION, at: rfc3339(NOW), answeredAt: rfc3339(NOW), isWhole: true },
  statuses: Object.entries(states).map(([name, state]) => ({ name, state })),
  ...more,
});
function look(setting: CiSetting, ...checks: readonly CommitChecks[]): readonly [string, string] {
  const facts: GateFacts = {
    ...{ source: 'shop/dev', revision: REVISION, authors: [], pushers: [], approvals: [], checks },
  };
  const finding = gate.check(setting, facts, NOW);
  const { message, remedy } = gate.explain(finding, facts);
  return [finding.state, remedy ? `${message} ${remedy}` : message];
}

describe('the gate ci', () => {
  it('is open once all that are required have passed', () => {
    const all = said({ build: 'success', test: 'success', docs: 'pending' });
    expect(look(BOTH, all)).to.deep.equal(['Passed', 'CI has passed for 1111111 (2 statuses).']);
  });

  it('waits for what is under way, and for what nobody has said yet', () => {
    expect(look(BOTH, said({ build: 'success', test: 'pending' }))).to.deep.equal([
      ...['Waiting', 'CI is under way for 1111111: test.'],
    ]);
    expect(look(BOTH, said({ build: 'success' }))).to.deep.equal([
      ...['Waiting', 'CI has not said anything of 1111111 yet: test.'],
    ]);
    expect(look(true, said({}))[0]).to.equal('Waiting');
  });

  it('blocks what failed, and says what opens it', () => {
    expect(look(BOTH, said({ build: 'failure', test: 'pending' }))).to.deep.equal([
      ...['Blocked', 'CI has failed for 1111111: build. Run it again at the forge, or push a correction.'],
    ]);
  });

  it('is never open when it is not known: not asked, no answer, one of another commit, too old, or cut short', () => {
    const good = { build: 'success', test: 'success' } as const;
    expect(look(BOTH)[0]).to.equal('Waiting');
    const { answeredAt: _never, ...unanswered } = said({}, { problem: 'GitHub is away' });
    expect(look(BOTH, unanswered)).to.deep.equal([
      ...['Waiting', 'It is not known what CI says of 1111111: GitHub is away.'],
    ]);
    expect(look(BOTH, said(good, { revision: '2'.repeat(40) }))[0]).to.equal('Waiting');
    expect(look(BOTH, said(good, { answeredAt: rfc3339(NOW - 3_601_000) }))[1]).to.contain(
      'has not answered since',
    );
    expect(look(true, said(good, { isWhole: false }))[0]).to.equal('Waiting');
  });

  it('asks nothing of a commit that was pushed to the target directly: no source has run it', () => {
    expect(gate.settingFor('direct commit', BOTH as never)).to.equal(undefined);
  });
});
