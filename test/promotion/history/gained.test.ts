import { expect } from 'chai';
import type { Commit, Repository } from '../../../src/git/types.ts';
import type { Environment } from '../../../src/model/types.ts';
import { approvalFacts } from '../../../src/promotion/history/gained.ts';

const COUNT = 12_000;
const oidOf = (i: number): string => i.toString(16).padStart(40, '0');
const by = (name: string) => ({ name, email: `${name}@example.com`, at: 0 });

/** A history, newest first, of which Eve wrote the oldest commit, and pushed it. */
const commits: readonly Commit[] = Array.from({ length: COUNT }, (_, i) => {
  const who = by(i === COUNT - 1 ? 'eve' : 'ada');
  return { oid: oidOf(i), tree: oidOf(i), parents: [], author: who, committer: who, message: 'work' };
});
const oldest = oidOf(COUNT - 1);
let walks = 0;
const repository = {
  dir: '/no/such/repository',
  resolve: async () => undefined,
  async log(_: string, { limit = COUNT }: { limit?: number } = {}) {
    walks += 1;
    return commits.slice(0, limit);
  },
  pushesOf: async (asked: ReadonlySet<string>) =>
    asked.has(oldest) ? [{ at: '', by: 'mallory', verified: true, commits: [oldest] }] : [],
} satisfies Partial<Repository> as unknown as Repository;

const target: Environment = {
  apiVersion: 'pilotage.dev/v1alpha1',
  kind: 'Environment',
  metadata: { name: 'shop.prod' },
  spec: { delivery: 'shop', environment: 'prod', branch: 'prod', path: '', namespace: 'shop-prod' },
};

describe('what an environment would gain', () => {
  it('is asked for all its authors and pushers, however many commits it has', async () => {
    const approvals = [{ by: 'eve', at: '' }];
    const { authors, pushers } = await approvalFacts(repository, target, [oidOf(0)], approvals);
    expect(authors).to.include('eve <eve@example.com>');
    expect(pushers).to.deep.equal(['mallory']);
  });

  it('is read once while the same is deployed, however often gates are evaluated, and anew for something else', async () => {
    const approvals = [{ by: 'eve', at: '' }];
    const of = (deployedTree: string) => {
      const status = { sync: 'Synced', phase: 'Idle', health: 'Healthy', deployedTree } as const;
      return approvalFacts(repository, { ...target, status }, [oidOf(1)], approvals);
    };
    walks = 0;
    for (let evaluation = 0; evaluation < 10; evaluation++)
      expect((await of('one')).pushers).to.deep.equal(['mallory']);
    expect(walks).to.equal(1);
    await of('two');
    expect(walks).to.equal(2);
  });
});
