import type { Json } from '../kube/values/types.ts';
import type { Fields } from './fields.ts';
import type {
  BranchRules,
  CommitStatus,
  Deployment,
  ForgeKind,
  ForgeRights,
  NewPullRequest,
  PullRequest,
} from './forge.ts';

/** One request to the API of a forge, and how its answer reads. `T` of a list is one of its items. */
export interface ForgeRequest<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Below the address of the API, with its query: `/repos/acme/shop/pulls?state=open`. */
  readonly path: string;
  readonly body?: Json;
  /** @throws ProblemError UnexpectedAnswer where a field is missing that every answer has. */
  readonly read: (answer: Fields) => T;
  /** Where a list stands in an answer that is an object. */
  readonly within?: string;
  /** Whether a refusal says that it is so already: there is nothing to read. */
  readonly isSo?: (status: number, said: string) => boolean;
  /** Whether a refusal ends by itself, by its status and the words that come with it: the same may be asked again in a moment. */
  readonly passes?: (status: number, said: string) => boolean;
}

export interface KeptComment {
  readonly id: number;
  readonly body: string;
}

/** Where a repository is: the address of its forge, and its path there without `.git`. */
export interface ForgeRepository {
  /** Scheme, host and port of the pages for people, without a slash at the end: `https://github.com`. */
  readonly origin: string;
  /** `acme/shop`; in GitLab any number of groups before the last part. */
  readonly path: string;
}

/** A forge is a table of requests and pure readers of what it answers. Lists are asked a hundred items at a time at most. */
export interface Dialect {
  readonly kind: ForgeKind;
  /** How people call it: `GitHub`. */
  readonly name: string;
  /** Address of the API by that of the forge. */
  api(origin: string): string;
  headers(token: string): Readonly<Record<string, string>>;
  commitPage(revision: string): string;
  rights: ForgeRequest<ForgeRights>;
  branch(branch: string): ForgeRequest<BranchRules>;
  open: ForgeRequest<PullRequest>;
  pullRequest(number: number): ForgeRequest<PullRequest>;
  between(from: string, into: string): ForgeRequest<PullRequest>;
  create(asked: NewPullRequest): ForgeRequest<PullRequest>;
  update(number: number, change: { title: string; body: string }): ForgeRequest<PullRequest>;
  merge(number: number, revision: string): ForgeRequest<undefined>;
  close(number: number): ForgeRequest<undefined>;
  comments(number: number): ForgeRequest<KeptComment>;
  addComment(number: number, body: string): ForgeRequest<undefined>;
  changeComment(number: number, id: number, body: string): ForgeRequest<undefined>;
  setStatus(revision: string, status: CommitStatus): ForgeRequest<undefined>;
  /** Each of these lists has statuses of its own, the newest first. */
  statuses(revision: string): readonly ForgeRequest<CommitStatus>[];
  readonly deployments?: {
    list(deployment: Deployment): ForgeRequest<KeptDeployment>;
    create(deployment: Deployment): ForgeRequest<KeptDeployment>;
    /** What is said of one that is there already. */
    change(id: number, deployment: Deployment): ForgeRequest<undefined>;
    /** Whether `create` has said the state as well. */
    readonly createSaysState: boolean;
  };
}

export interface KeptDeployment {
  readonly id: number;
  readonly revision: string;
}

export type MakeDialect = (repository: ForgeRepository) => Dialect;

export const nothing = (): undefined => undefined;
