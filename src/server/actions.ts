import type { FileTree } from '../base/filetree.ts';
import type { Explanation } from '../model/explanation.ts';
import type {
  AdoptionReport,
  BackportReport,
  ConnectReport,
  ConnectRequest,
  DryRunReport,
  GeneratedReport,
  PlanReport,
  PreviewWord,
  PromotionReport,
  ReleaseReport,
  SetImageReport,
  StatusReport,
  SuspendTarget,
  SyncRequest,
  TogetherReport,
  WebhookReport,
  WhyReport,
} from '../model/faces.ts';
import type { ImageChange } from '../model/imagereference.ts';
import type { ChannelActions } from '../model/notifyfaces.ts';
import type { User } from '../model/user.ts';

/** An environment as people write it, split: `shop/prod`. The delivery is '' when it was left out. */
export interface EnvironmentName {
  readonly delivery: string;
  readonly environment: string;
}

interface Message {
  readonly message: string;
}

/** What the faces can ask of the daemon, and on whose behalf. Refusals reject with ProblemError. */
export interface Actions {
  status(): Promise<StatusReport>;
  /** Of the wanted revision, another one, or a working tree. `looksUp`: false where templates are to learn nothing of the cluster. */
  plan(
    name: EnvironmentName,
    options: { revision?: string; tree?: FileTree; looksUp?: boolean },
  ): Promise<PlanReport>;
  /** Every write of a sync as a dry run. */
  dryRun(name: EnvironmentName): Promise<DryRunReport>;
  sync(name: EnvironmentName, options: SyncRequest, user: User): Promise<Message>;
  history(name: EnvironmentName): Promise<readonly ReleaseReport[]>;
  /** To release `number`, or to the one before the current one; pins the environment there. */
  rollback(name: EnvironmentName, options: { number?: number }, user: User): Promise<Message>;
  pin(name: EnvironmentName, options: { revision?: string; reason: string }, user: User): Promise<Message>;
  unpin(name: EnvironmentName, user: User): Promise<Message>;
  promote(
    name: EnvironmentName,
    options: {
      dryRun: boolean;
      again?: boolean;
      retest?: boolean;
      skip?: { readonly gates: readonly string[]; readonly reason: string };
      /** Leaves out the environments between this one and the target. */
      leap?: { readonly from: string; readonly reason: string };
    },
    user: User,
  ): Promise<PromotionReport>;
  /** All of them move, or none. */
  promoteTogether(
    names: readonly EnvironmentName[],
    options: { dryRun: boolean },
    user: User,
  ): Promise<TogetherReport>;
  hold(name: EnvironmentName, options: { reason: string; until?: string }, user: User): Promise<Message>;
  release(name: EnvironmentName, user: User): Promise<Message>;
  approve(name: EnvironmentName, options: { revision?: string }, user: User): Promise<PromotionReport>;
  /** A person's word that a revision is not promoted to it; `off` takes it back. */
  reject(
    name: EnvironmentName,
    options: { revision?: string; reason: string; off?: boolean },
    user: User,
  ): Promise<Message>;
  /** Accepts the proposal that was shown; without `proposal`, the refusal says which one waits. */
  accept(name: EnvironmentName, options: { proposal?: string }, user: User): Promise<Message>;
  /** A preview stays longer, sleeps or wakes. */
  preview(name: EnvironmentName, word: PreviewWord, user: User): Promise<Message>;
  delete(
    name: EnvironmentName,
    /** `isPreview`: anything else is refused. */
    options: { onDelete: 'prune' | 'orphan'; isPreview?: boolean },
    user: User,
  ): Promise<Message>;
  /** Agrees to what the plan with this digest would delete; without `plan`, the refusal says what that is. */
  confirm(name: EnvironmentName, options: { plan?: string }, user: User): Promise<Message>;
  /**
   * `objects`: `Deployment/web` each; `namespace`: everything that waits there; `all`: everything. None of these: a report, and nothing is
   * changed. `from`: although this tool may still reconcile; `restart`: although pods are replaced.
   */
  adopt(
    name: EnvironmentName,
    options: {
      objects: readonly string[];
      namespace?: string;
      all?: boolean;
      from?: 'helm' | 'argocd' | 'flux';
      restart?: boolean;
    },
    user: User,
  ): Promise<Message & { readonly report?: AdoptionReport }>;
  /** Nothing is done there until it is resumed. */
  suspend(what: SuspendTarget, options: { reason: string; until?: string }, user: User): Promise<Message>;
  resume(what: SuspendTarget, user: User): Promise<Message>;
  backport(name: EnvironmentName, options: { dryRun: boolean }, user: User): Promise<BackportReport>;
  /** Commits other images to its branch. */
  setImage(
    name: EnvironmentName,
    request: {
      readonly changes: readonly ImageChange[];
      readonly reason: string;
      readonly url?: string;
      readonly force: boolean;
      readonly dryRun: boolean;
    },
    user: User,
  ): Promise<SetImageReport>;
  why(name: EnvironmentName): Promise<WhyReport>;
  /** The public keys of age that files of a delivery are to be sealed for. */
  recipients(delivery: string): Promise<{ readonly recipients: readonly string[] }>;
  /** Where the fields of an object come from, as it is deployed: `deployment/web`, `spec.replicas`. */
  explain(name: EnvironmentName, asked: { object: string; field?: string }): Promise<Explanation>;
  /** What templates made once for it. */
  generated(name: EnvironmentName): Promise<readonly GeneratedReport[]>;
  /** Has values of these names made anew, or all. */
  renew(name: EnvironmentName, options: { names: readonly string[] | 'all' }, user: User): Promise<Message>;
  connect(request: ConnectRequest, user: User): Promise<ConnectReport>;
  /** Where notifications may go. */
  readonly channels: ChannelActions;
  webhook(delivery: string, act: 'show' | 'rotate' | 'off' | 'test'): Promise<WebhookReport>;
}
