import { expect } from 'chai';
import type { Commit } from '../../../src/git/types.ts';
import type { PromotionPolicy } from '../../../src/model/types.ts';
import { decide, type PromotionFacts } from '../../../src/promotion/decide/decide.ts';
import { lineageOf } from '../../../src/promotion/history/lineage.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ann = { name: 'Ann', email: 'ann@example.com', at: NOW };

/** `c1:A` is a commit c1 with tree A; `c1:A<p` says that it promotes p. A history is written newest first. */
function history(text: string): Commit[] {
  return text.split(/\s+/).flatMap((word) => {
    const [, oid = '', tree = '', promotes] = /^(\w+):(\w+)(?:<(\w+))?$/.exec(word) ?? [];
    if (!oid) return [];
    const message = promotes ? `Promote\n\nPilotage-Promotes: dev@${promotes}\n` : `change ${oid}\n`;
    return [{ oid, tree, parents: [], author: ann, committer: ann, message }];
  });
}

function lineage(target: string, source: string) {
  const [first, ...rest] = history(source);
  if (!first) throw new Error('a source has at least one commit');
  const promotedBy = (commit: Commit) => /Pilotage-Promotes: dev@(\w+)/.exec(commit.message)?.[1];
  return lineageOf({ target: history(target), source: [first, ...rest], promotedBy });
}

const oids = (commits: readonly Commit[]) => commits.map((commit) => commit.oid).join(' ');

describe('promotion: lineage', () => {
  it('calls a branch that does not exist absent', () => {
    expect(lineage('', 's1:A').type).to.equal('absent');
  });

  it('calls equal trees level, whatever the history: a squash by hand counts', () => {
    expect(lineage('x:B y:Q', 's2:B s1:A').type).to.equal('level');
  });

  it('names the commits that the target gains since the last promotion', () => {
    const result = lineage('p1:A<s1', 's3:C s2:B s1:A');
    expect(result.type === 'behind' && oids(result.gains)).to.equal('s3 s2');
  });

  it('names the hotfix that the source lacks', () => {
    const result = lineage('h:X p1:A<s1', 's2:B s1:A');
    expect(result.type === 'diverged' && oids(result.foreign)).to.equal('h');
  });

  it('does not mind a hotfix that was taken back', () => {
    expect(lineage('r:A h:X p1:A<s1', 's2:B s1:A').type).to.equal('behind');
  });

  it('calls a branch with a history of its own diverged', () => {
    const result = lineage('h2:Y h1:X', 's1:A');
    expect(result.type === 'diverged' && oids(result.foreign)).to.equal('h2 h1');
  });

  it('says what was promoted last where the source does not show it', () => {
    expect(lineage('p2:B<s2', 's1:A')).to.deep.include({ type: 'behind', promoted: 's2' });
  });

  it('takes a hotfix as known once the source has its tree', () => {
    expect(lineage('h:X p1:A<s1', 's3:C s2:X s1:A').type).to.equal('behind');
  });
});

const policy = (
  gates: PromotionPolicy['gates'] = {},
  more: Partial<PromotionPolicy> = {},
): PromotionPolicy => ({
  from: 'dev',
  auto: false,
  gates,
  ...more,
});

function facts(more: Partial<PromotionFacts> = {}): PromotionFacts {
  return {
    source: 'shop/dev',
    target: 'shop/prod',
    targetBranch: 'prod',
    revision: 's2',
    status: {
      deployedRevision: 's2',
      sync: 'Synced',
      health: 'Healthy',
      healthySince: '2026-01-01T11:59:00Z',
      phase: 'Idle',
    },
    authors: ['Ann', 'ann@example.com'],
    pushers: [],
    approvals: [],
    policy: policy(),
    lineage: lineage('p1:A<s1', 's2:B s1:A'),
    rejections: [],
    rehearsal: [],
    bypasses: [],
    inTheWay: [],
    words: [],
    others: [],
    ...more,
  };
}

describe('promotion: pipeline', () => {
  it('advances what is healthy when no gate waits', () => {
    expect(decide(facts(), NOW).type).to.equal('advance');
  });

  it('has nothing to do when the target carries the same tree', () => {
    expect(decide(facts({ lineage: { type: 'level' } }), NOW).type).to.equal('upToDate');
  });

  it('waits until the source has been healthy for the time of the gate, and says when that is', () => {
    const waiting = facts({ policy: policy({ healthy: 120_000 }) });
    expect(decide(waiting, NOW)).to.deep.include({ type: 'wait', until: '2026-01-01T12:01:00Z' });
    expect(decide(waiting, NOW + 60_000).type).to.equal('advance');
  });

  it('does not advance a source that is degraded, and says why it is', () => {
    const status = {
      deployedRevision: 's2',
      sync: 'Synced',
      health: 'Degraded',
      phase: 'Waiting',
      message: 'pod web-1: HTTP 500',
    } as const;
    const decision = decide(facts({ status }), NOW);
    expect(decision.type === 'wait' && decision.gates[0]?.reason).to.equal(
      'shop/dev is Degraded, Synced: pod web-1: HTTP 500',
    );
  });

  it('waits for as many approvals as the gate asks, of other people than the author', () => {
    const by = (...names: string[]) =>
      names.map((name) => ({ by: name, at: '2026-01-01T12:00:00Z', verified: true }));
    const gated = (...names: string[]) =>
      decide(facts({ policy: policy({ approvals: 2 }), approvals: by(...names) }), NOW).type;
    expect(gated()).to.equal('wait');
    expect(gated('bob')).to.equal('wait');
    expect(gated('bob', 'Bob')).to.equal('wait');
    expect(gated('bob', 'ANN@example.com')).to.equal('wait');
    expect(gated('bob', 'eve')).to.equal('advance');
  });

  it('names the approval of the author as the one that does not count', () => {
    const approvals = [{ by: 'ann', at: '2026-01-01T12:00:00Z', verified: true }];
    const decision = decide(facts({ policy: policy({ approvals: 1 }), approvals }), NOW);
    expect(decision.type === 'wait' && decision.gates[1]?.reason).to.contain('own approval does not count');
  });

  it('refuses a diverged target, names the commits and how to bring them back', () => {
    const decision = decide(facts({ lineage: lineage('h:X p1:A<s1', 's2:B s1:A') }), NOW);
    if (decision.type !== 'refuse') throw new Error(decision.type);
    expect(decision.problems[0].message).to.contain('1 commit that shop/dev lacks');
    expect(decision.problems[0].details).to.deep.equal(['h change h']);
    expect(decision.problems[0].remedy).to.contain('git cherry-pick h');
  });

  it('refuses a pinned target and says how to release it', () => {
    const decision = decide(facts({ targetPin: { revision: 'p1', reason: 'incident 7' } }), NOW);
    expect(decision.type === 'refuse' && decision.problems[0].remedy).to.equal(
      'pilotage pin shop/prod --off',
    );
  });

  it('refuses a suspended target with the word that ends the suspension', () => {
    const decision = decide(facts({ targetSuspended: 'suspended by ann: audit\n  → to go on: …' }), NOW);
    expect(decision.type === 'refuse' && decision.problems[0].message).to.match(
      /^shop\/prod is suspended by ann: audit\n/,
    );
  });

  it('refuses to take the target back, and says how that is done where it is meant', () => {
    const decision = decide(facts({ lineage: { type: 'ahead', promoted: 's3' } }), NOW);
    if (decision.type !== 'refuse') throw new Error(decision.type);
    expect(decision.problems[0].message).to.contain('carries s3, which is later than s2 of shop/dev');
    expect(decision.problems[0].remedy).to.contain('pilotage rollback shop/prod');
  });

  it('refuses when the target would not render, before anything is pushed', () => {
    const rehearsal = [{ reason: 'TemplateError', message: 'boom' }] as const;
    const decision = decide(facts({ rehearsal }), NOW);
    expect(decision.type === 'refuse' && decision.problems[0].message).to.equal('boom');
  });

  it('never passes over a gate that it does not know', () => {
    const decision = decide(facts({ policy: policy({}, { unsupportedGates: ['weather'] }) }), NOW);
    expect(decision.type === 'refuse' && decision.problems[0].message).to.contain(
      '"weather" is not supported',
    );
  });

  it('decides the same for the same facts and time', () => {
    expect(decide(facts(), NOW)).to.deep.equal(decide(facts(), NOW));
  });
});
