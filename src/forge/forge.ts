import type { Problem } from '../base/errors.ts';
import type { FORGE_KINDS } from '../model/kinds/delivery.ts';

export type ForgeKind = (typeof FORGE_KINDS)[number];

/**
 * What a forge answered, or why there is no answer. A failure concludes nothing: whoever asked keeps what it knew.
 * `until` (wall time, ms): asked too often; nothing is asked again before.
 */
export type ForgeAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem; readonly until?: number };

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly state: 'open' | 'merged' | 'closed';
  /** For people. */
  readonly url: string;
  /** The account that opened it. */
  readonly author: string;
  readonly labels: readonly string[];
  /** The branch that it comes from, its commit, and whether that branch is in another repository, whose owner may be anybody. */
  readonly head: { readonly branch: string; readonly revision: string; readonly isFork: boolean };
  /** The branch that it leads to. */
  readonly into: string;
  /** Whether the forge would merge it now: conflicts, required checks and reviews as far as it says. */
  readonly mergeable: 'yes' | 'no' | 'unknown';
  readonly isDraft: boolean;
  /** Commit on the branch that it leads to, once it is merged. */
  readonly mergeCommit?: string;
}

/** A list, and whether it is whole: one that was cut proves of nothing that it is gone. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly isWhole: boolean;
}

export const STATUS_STATES = ['pending', 'success', 'failure', 'error'] as const;
export type StatusState = (typeof STATUS_STATES)[number];

export interface CommitStatus {
  /** Told apart by it: `pilotage/dev`. One that is sent again replaces the last. */
  readonly name: string;
  readonly state: StatusState;
  /** Cut to 140 characters, which is what GitHub takes. */
  readonly description: string;
  readonly url?: string;
}

export interface Deployment {
  readonly environment: string;
  readonly revision: string;
  /** The branch that the environment follows. */
  readonly branch: string;
  readonly state: 'pending' | 'running' | 'success' | 'failure';
  readonly description: string;
  /** Where more is said of it. */
  readonly url?: string;
}

export interface NewPullRequest {
  readonly from: string;
  readonly into: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
}

/** What a token opens, as the forge says; 'unknown' where it says nothing of it. */
export interface ForgeRights {
  readonly push: boolean | 'unknown';
}

export interface BranchRules {
  /** A change has to come by a pull request, as far as the forge says so. */
  readonly isProtected: boolean;
}

/**
 * One repository at one forge, asked with one token. Nothing here throws for what a forge may answer; each call is bounded in time,
 * bytes and pages by the exchange that it was made with.
 */
export interface Forge {
  readonly kind: ForgeKind;
  /** `github.com/acme/shop`, for messages. */
  readonly at: string;
  /** Where people see a commit. */
  commitUrl(revision: string): string;
  rights(): Promise<ForgeAnswer<ForgeRights>>;
  branchRules(branch: string): Promise<ForgeAnswer<BranchRules>>;
  pullRequests: {
    /** Those that are open, newest first. */
    open(): Promise<ForgeAnswer<Listing<PullRequest>>>;
    get(number: number): Promise<ForgeAnswer<PullRequest>>;
    /** Of this repository's own branch `from`, whatever became of them: open ones first, then newest first. */
    between(from: string, into: string): Promise<ForgeAnswer<readonly PullRequest[]>>;
    create(asked: NewPullRequest): Promise<ForgeAnswer<PullRequest>>;
    update(
      number: number,
      change: { readonly title: string; readonly body: string },
    ): Promise<ForgeAnswer<PullRequest>>;
    /**
     * Refused by the forge where its head is not `revision` any more. NotYet: the forge was asked again for some seconds, and still works out whether
     * it can be merged.
     */
    merge(number: number, revision: string): Promise<ForgeAnswer<undefined>>;
    close(number: number): Promise<ForgeAnswer<undefined>>;
    /** Keeps ONE comment of this marker: made at the first call, changed by later ones. The marker is hidden from readers. */
    comment(number: number, comment: Comment): Promise<ForgeAnswer<undefined>>;
  };
  setStatus(revision: string, status: CommitStatus): Promise<ForgeAnswer<undefined>>;
  /** What CI and others say of a commit, the latest of each name; check runs of GitHub and jobs of pipelines too. */
  statuses(revision: string): Promise<ForgeAnswer<Listing<CommitStatus>>>;
  /** Absent where the forge knows no deployments. */
  readonly deploy?: (deployment: Deployment) => Promise<ForgeAnswer<undefined>>;
}

export interface Comment {
  /** Letters, digits, `-`, `_`, `.`, `/` and `:`; `preview:shop/feature-1`. */
  readonly marker: string;
  /** Markdown. */
  readonly body: string;
}

/** The forge of a delivery; undefined: it has none, or no token for it. @throws ProblemError where what was said of it cannot be read */
export type ForgeOf = (delivery: string) => Promise<Forge | undefined>;
