import type {
  Comment,
  CommitStatus,
  Deployment,
  Forge,
  ForgeAnswer,
  ForgeKind,
  PullRequest,
} from '../../src/forge/forge.ts';

/** A forge in memory: what was sent stands in it, what it answers can be set. */
export interface FakeForge extends Forge {
  readonly kept: {
    readonly pullRequests: Map<number, PullRequest & { body: string }>;
    /** By number of the pull request, then by marker. */
    readonly comments: Map<number, Map<string, string>>;
    /** By commit, in the order in which they were sent. */
    readonly statuses: Map<string, CommitStatus[]>;
    readonly deployments: Deployment[];
  };
  /** Each call answers it while it is set. */
  failing: Extract<ForgeAnswer<never>, { ok: false }> | undefined;
  protectedBranches: readonly string[];
  push: boolean;
  /** Whether a list of pull requests is all of them. */
  isWhole: boolean;
  /** What a branch is at there, of which a pull request that is open shows the commit. */
  tip: (branch: string) => Promise<string | undefined>;
  /** What a person does there. */
  set(number: number, change: Partial<PullRequest>): void;
}

export function fakeForge(kind: ForgeKind = 'gitea', at = 'git.example.com/acme/shop'): FakeForge {
  const pullRequests = new Map<number, PullRequest & { body: string }>();
  const comments = new Map<number, Map<string, string>>();
  const statuses = new Map<string, CommitStatus[]>();
  const deployments: Deployment[] = [];
  const answer = async <T>(value: () => T): Promise<ForgeAnswer<T>> => {
    for (const pull of pullRequests.values()) {
      const revision = pull.state === 'open' ? await forge.tip(pull.head.branch) : undefined;
      if (revision) pullRequests.set(pull.number, { ...pull, head: { ...pull.head, revision } });
    }
    return forge.failing ?? { ok: true, value: value() };
  };
  const newest = (): PullRequest[] => [...pullRequests.values()].sort((a, b) => b.number - a.number);
  const known = (number: number): PullRequest & { body: string } => {
    const found = pullRequests.get(number);
    if (!found) throw new Error(`no pull request ${number}`);
    return found;
  };
  const forge: FakeForge = {
    kind,
    at,
    failing: undefined,
    protectedBranches: [],
    push: true,
    isWhole: true,
    tip: async () => undefined,
    kept: { pullRequests, comments, statuses, deployments },
    set: (number, change) => void pullRequests.set(number, { ...known(number), ...change }),
    commitUrl: (revision) => `https://${at}/commit/${revision}`,
    rights: () => answer(() => ({ push: forge.push })),
    branchRules: (branch) => answer(() => ({ isProtected: forge.protectedBranches.includes(branch) })),
    pullRequests: {
      open: () =>
        answer(() => ({ items: newest().filter(({ state }) => state === 'open'), isWhole: forge.isWhole })),
      get: (number) => answer(() => known(number)),
      between: (from, into) =>
        answer(() =>
          newest()
            .filter((pull) => !pull.head.isFork && pull.head.branch === from && pull.into === into)
            .sort((a, b) => Number(b.state === 'open') - Number(a.state === 'open')),
        ),
      create: ({ from, into, title, body }) =>
        answer(() => {
          const number = pullRequests.size + 1;
          const made: PullRequest & { body: string } = {
            number,
            title,
            body,
            state: 'open',
            url: `https://${at}/pulls/${number}`,
            author: 'pilotage',
            labels: [],
            head: { branch: from, revision: '', isFork: false },
            into,
            mergeable: 'unknown',
            isDraft: false,
          };
          pullRequests.set(number, made);
          return made;
        }),
      update: (number, change) =>
        answer(() => {
          forge.set(number, change);
          return known(number);
        }),
      merge: (number, revision) =>
        answer(() => {
          if (known(number).head.revision !== revision) throw new Error('head out of date');
          forge.set(number, { state: 'merged' });
          return undefined;
        }),
      close: (number) => answer(() => void forge.set(number, { state: 'closed' })),
      comment: (number, { marker, body }: Comment) =>
        answer(() => {
          const there = comments.get(number) ?? new Map<string, string>();
          comments.set(number, there.set(marker, body));
          return undefined;
        }),
    },
    setStatus: (revision, status) =>
      answer(() => void statuses.set(revision, [...(statuses.get(revision) ?? []), status])),
    statuses: (revision) =>
      answer(() => ({
        items: [...new Map((statuses.get(revision) ?? []).map((status) => [status.name, status])).values()],
        isWhole: true,
      })),
    ...(kind === 'gitea' ? {} : { deploy: (deployment) => answer(() => void deployments.push(deployment)) }),
  };
  return forge;
}
