import { expect } from 'chai';
import type { PreviewPolicy } from '../../../../src/model/deliveryfile.ts';
import { DEFAULT_QUOTA } from '../../../../src/model/previewpolicy.ts';
import type { Environment, PreviewTerms } from '../../../../src/model/types.ts';
import { decidePreviews, type PreviewFacts } from '../../../../src/sync/intake/previews/decide.ts';
import { isAsStrict } from '../../../../src/sync/intake/previews/policy.ts';

const NOW = Date.parse('2026-12-01T12:00:00Z');
const HOUR = 3_600_000;
const at = (ms: number): string => new Date(NOW + ms).toISOString().replace('.000', '');

const policy: PreviewPolicy = {
  branches: ['feature/*'],
  pullRequests: false,
  from: 'dev',
  host: '{slug}.preview.test',
  ttl: 72 * HOUR,
  max: 10,
  quota: DEFAULT_QUOTA,
  secrets: [],
};

const facts = (more: Partial<PreviewFacts> = {}): PreviewFacts => ({
  delivery: 'shop',
  now: NOW,
  policy,
  most: 10,
  branches: { main: 'm1' },
  isListed: true,
  confirmMs: 0,
  previews: [],
  others: [{ name: 'dev', branch: 'main' }],
  place: { path: '' },
  merged: new Set(),
  record: undefined,
  ...more,
});

const terms = (more: Partial<PreviewTerms> = {}): PreviewTerms => ({
  slug: 'feature-a',
  base: 'dev',
  host: 'feature-a.preview.test',
  secrets: [],
  quota: DEFAULT_QUOTA,
  ttlSeconds: 72 * 3600,
  activeAt: at(-HOUR),
  usedAt: at(-HOUR),
  ...more,
});

const preview = (
  branch = 'feature/a',
  more: Partial<PreviewTerms> = {},
  wantedRevision = 'a1',
): Environment => ({
  apiVersion: 'pilotage.dev/v1alpha1',
  kind: 'Environment',
  metadata: { name: 'shop.preview-feature-a', namespace: 'pilotage' },
  spec: {
    delivery: 'shop',
    environment: 'preview-feature-a',
    branch,
    path: '',
    namespace: 'n',
    preview: terms(more),
  },
  status: { sync: 'Synced', phase: 'Idle', health: 'Healthy', wantedRevision },
});

const ends = (more: Partial<PreviewFacts>) => decidePreviews(facts(more)).end.map(({ reason }) => reason);

describe('which previews there are', () => {
  it('makes nothing of a branch on which an environment lives, nor of the default branch', () => {
    const wide = { ...policy, branches: ['**'] };
    const branches = { main: 'm1', prod: 'p1' };
    const others = [
      { name: 'dev', branch: 'main' },
      { name: 'prod', branch: 'prod' },
    ];
    expect(decidePreviews(facts({ policy: wide, branches, others })).make).to.deep.equal([]);
  });

  it('makes nothing of the branches of its own pull requests, by pattern or by pull request', () => {
    const all = { ...policy, branches: ['**', 'pilotage/*', 'pilotage/promote-prod'], pullRequests: true };
    const branches = { main: 'm1', 'pilotage/promote-prod': '1', 'pilotage-like': '2' };
    const requested = new Set(Object.keys(branches));
    const decision = decidePreviews(facts({ policy: all, branches, requested }));
    expect(decision.make.map(({ branch }) => branch)).to.deep.equal(['pilotage-like']);
    expect(decision.record.queue).to.deep.equal([]);
  });

  it('tells branches apart that come to the same name', () => {
    const branches = { main: 'm1', 'feature/a-b': '1', 'feature/a_b': '2', 'feature/A-B': '3' };
    const { make } = decidePreviews(facts({ branches }));
    expect(new Set(make.map(({ name }) => name)).size).to.equal(3);
    expect(new Set(make.map(({ namespace }) => namespace)).size).to.equal(3);
    expect(new Set(make.map(({ preview: { host } }) => host)).size).to.equal(3);
  });

  it('keeps namespaces within 63 characters, whatever the names', () => {
    const long = `feature/${'x'.repeat(200)}`;
    const [made] = decidePreviews(
      facts({ delivery: 'd'.repeat(40), branches: { main: 'm1', [long]: '1' } }),
    ).make;
    expect(made?.namespace).to.match(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    expect(made?.preview.host?.split('.')[0]).to.match(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });

  it('serves who came first, and those that come together by their names', () => {
    const branches = { main: 'm1', 'feature/a': '1', 'feature/b': '2', 'feature/c': '3' };
    const record = { queue: [{ branch: 'feature/c', revision: '3', since: at(-HOUR) }], ended: [] };
    const decision = decidePreviews(facts({ branches, record, most: 2 }));
    expect(decision.make.map(({ branch }) => branch)).to.deep.equal(['feature/c', 'feature/a']);
    expect(decision.record.queue.map(({ branch }) => branch)).to.deep.equal(['feature/b']);
  });

  it('counts a preview that is still being deleted as a place that is taken', () => {
    const going = preview();
    const deleted = { ...going, metadata: { ...going.metadata, deletionTimestamp: at(0) } };
    const branches = { main: 'm1', 'feature/b': '1' };
    const decision = decidePreviews(facts({ previews: [deleted], branches, most: 1 }));
    expect(decision.make).to.deep.equal([]);
    expect(decision.record.queue).to.have.length(1);
  });

  it('ends one whose branch is gone at once where the repository is our own', () => {
    expect(ends({ previews: [preview()] })).to.deep.equal(['BranchGone']);
  });

  it('ends one whose branch a remote does not list only when it has been missing for long enough', () => {
    const missing = { previews: [preview()], confirmMs: 45_000 };
    const first = decidePreviews(facts(missing));
    expect(first.end).to.deep.equal([]);
    expect(first.keep[0]?.preview.missingSince).to.equal(at(0));
    expect(
      ends({ ...missing, previews: [preview('feature/a', { missingSince: at(-30_000) })] }),
    ).to.deep.equal([]);
    expect(
      ends({ ...missing, previews: [preview('feature/a', { missingSince: at(-45_000) })] }),
    ).to.deep.equal(['BranchGone']);
  });

  it('forgets that a branch was missing when it is back', () => {
    const back = [preview('feature/a', { missingSince: at(-30_000) })];
    const { keep } = decidePreviews(facts({ previews: back, branches: { main: 'm1', 'feature/a': 'a1' } }));
    expect(keep[0]?.preview).not.to.have.property('missingSince');
  });

  it('ends none for a list that failed, was empty, or lacks the default branch', () => {
    expect(ends({ previews: [preview()], branches: {}, isListed: false })).to.deep.equal([]);
  });

  it('goes on where the file cannot be read, and makes none', () => {
    const branches = { main: 'm1', 'feature/a': 'a1', 'feature/b': 'b1' };
    const decision = decidePreviews(facts({ policy: 'unknown', previews: [preview()], branches }));
    expect([decision.make, decision.end]).to.deep.equal([[], []]);
    expect(decision.keep[0]?.preview).to.deep.equal(terms());
  });

  it('lets those that there are go on until their time is over when the file asks for none any more', () => {
    const branches = { main: 'm1', 'feature/a': 'a1' };
    expect(ends({ policy: undefined, previews: [preview()], branches })).to.deep.equal([]);
    const old = preview('feature/a', { activeAt: at(-73 * HOUR) });
    expect(ends({ policy: undefined, previews: [old], branches })).to.deep.equal(['Expired']);
  });

  it('ends all where an administrator allows none', () => {
    expect(
      ends({ most: 0, previews: [preview()], branches: { main: 'm1', 'feature/a': 'a1' } }),
    ).to.deep.equal(['Forbidden']);
  });

  it('keeps one beyond its time that a person has extended', () => {
    const old = { activeAt: at(-100 * HOUR), keepUntil: at(HOUR) };
    const branches = { main: 'm1', 'feature/a': 'a1' };
    expect(ends({ previews: [preview('feature/a', old)], branches })).to.deep.equal([]);
  });

  it('gives one its time back whose branch has moved, and wakes it', () => {
    const old = preview('feature/a', { activeAt: at(-100 * HOUR), asleep: { since: at(-HOUR), by: 'ada' } });
    const { keep, end } = decidePreviews(
      facts({ previews: [old], branches: { main: 'm1', 'feature/a': 'a2' } }),
    );
    expect(end).to.deep.equal([]);
    expect(keep[0]?.preview).to.deep.equal(terms({ activeAt: at(0), usedAt: at(0) }));
  });

  it('takes up the end of one that was interrupted after it was written down', () => {
    const branches = { main: 'm1', 'feature/a': 'a1' };
    const record = {
      queue: [],
      ended: [{ branch: 'feature/a', revision: 'a1', reason: 'Expired', at: at(-1000) }],
    };
    const decision = decidePreviews(facts({ previews: [preview()], branches, record }));
    expect(decision.end.map(({ reason }) => reason)).to.deep.equal(['Deleted']);
    expect(decision.record.ended).to.deep.equal(record.ended);
  });

  it('makes none again of a commit whose preview has ended, and forgets that when the branch moves', () => {
    const record = {
      queue: [],
      ended: [{ branch: 'feature/a', revision: 'a1', reason: 'Expired', at: at(-1000) }],
    };
    const same = decidePreviews(facts({ record, branches: { main: 'm1', 'feature/a': 'a1' } }));
    expect([same.make, same.record.ended]).to.deep.equal([[], record.ended]);
    const moved = decidePreviews(facts({ record, branches: { main: 'm1', 'feature/a': 'a2' } }));
    expect(moved.make).to.have.length(1);
    expect(moved.record.ended).to.deep.equal([]);
  });

  describe('by pull requests', () => {
    const byPulls: PreviewPolicy = { ...policy, branches: [], pullRequests: true };
    const branches = { main: 'm1', fix: 'f1', 'feature/a': 'a1' };

    it('makes one for the branch of an open one, and none before it is known which are open', () => {
      const made = (requested?: ReadonlySet<string>) =>
        decidePreviews(facts({ policy: byPulls, branches, ...(requested ? { requested } : {}) })).make.map(
          ({ branch }) => branch,
        );
      expect(made(new Set(['fix', 'unknown']))).to.deep.equal(['fix']);
      expect(made()).to.deep.equal([]);
    });

    it('ends one when its pull request is closed, but for one whose branch matches', () => {
      const closed = { previews: [preview()], branches, requested: new Set<string>() };
      expect(ends({ ...closed, policy: byPulls })).to.deep.equal(['Closed']);
      expect(ends({ ...closed, policy: { ...byPulls, branches: ['feature/*'] } })).to.deep.equal([]);
    });

    it('ends none while it is not known which pull requests are open', () => {
      expect(ends({ previews: [preview()], branches, policy: byPulls })).to.deep.equal([]);
    });
  });
});

describe('whether a policy of previews is as strict as another', () => {
  for (const [what, change, expected] of [
    ['fewer', { max: 5 }, true],
    ['shorter', { ttl: HOUR }, true],
    ['sleeping earlier', { idle: HOUR }, true],
    ['more', { max: 11 }, false],
    ['longer', { ttl: 73 * HOUR }, false],
    ['other branches', { branches: ['feature/*', '*'] }, false],
    ['secrets', { secrets: ['key'] }, false],
    ['another environment', { from: 'prod' }, false],
    ['another host', { host: '{slug}.other.test' }, false],
    ['pull requests', { pullRequests: true }, false],
    ['a larger quota', { quota: { ...DEFAULT_QUOTA, cpu: '20' } }, false],
  ] as const) {
    it(`calls ${what} ${expected ? 'as strict' : 'laxer'}`, () => {
      expect(isAsStrict({ ...policy, ...change }, policy)).to.equal(expected);
    });
  }

  it('calls none at all the strictest', () => {
    expect([isAsStrict(undefined, policy), isAsStrict(policy, undefined)]).to.deep.equal([true, false]);
  });
});
