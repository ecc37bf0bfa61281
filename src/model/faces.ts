/** What the HTTP face answers and the command line prints: one shape for both ends. */
import type { Problem } from '../base/errors.ts';
import type { ObjectRef } from '../kube/values/types.ts';
import type {
  GateState,
  HealedDrift,
  HealthState,
  Hold,
  Phase,
  Promotion,
  PromotionPolicy,
  SyncState,
} from './types.ts';

export interface StatusReport {
  /** What concerns all that is delivered here: a disk that is nearly full. */
  readonly problems?: readonly Problem[];
  readonly deliveries: readonly DeliveryReport[];
}

export interface DeliveryReport {
  readonly name: string;
  readonly source: string;
  readonly message: string;
  readonly environments: readonly EnvironmentReport[];
  /** Absent: it has none. */
  readonly previews?: PreviewsReport;
}

/** Previews of a delivery that there are not. */
export interface PreviewsReport {
  /** How many there may be. */
  readonly max: number;
  /** Why none is made. */
  readonly message?: string;
  /** First come, first served. */
  readonly queue: readonly { readonly branch: string; readonly since: string }[];
}

/** What a person asks of a preview. */
export type PreviewWord =
  | { readonly type: 'sleep' }
  | { readonly type: 'wake' }
  | { readonly type: 'extend'; readonly seconds: number };

/** What a person agrees to with a reconcile. */
export interface SyncRequest {
  /** The tip, although it does not descend from the last one. */
  readonly acknowledge?: boolean;
  readonly confirmPrune?: boolean;
  readonly confirmRecreate?: boolean;
  /** The wanted revision is deployed although no window is open. */
  readonly override?: { readonly reason: string };
}

/** What is to be suspended, or to go on. */
export type SuspendTarget =
  | { readonly scope: 'environment'; readonly delivery: string; readonly environment: string }
  | { readonly scope: 'delivery'; readonly delivery: string }
  | { readonly scope: 'everything' };

export interface EnvironmentReport {
  readonly delivery: string;
  readonly name: string;
  readonly branch: string;
  readonly namespace: string;
  readonly cluster?: string;
  readonly wantedRevision: string | null;
  readonly deployedRevision: string | null;
  /** What phase, health and message speak of. Absent where what a person asked since has not been answered yet. */
  readonly assessedRevision?: string;
  readonly sync: SyncState;
  readonly phase: Phase;
  readonly phaseSince?: string;
  readonly health: HealthState;
  readonly message: string;
  readonly release?: number;
  readonly urls: readonly string[];
  readonly pin?: { readonly revision: string; readonly reason: string; readonly since?: string };
  /** Nothing is promoted to it, by a person's word. */
  readonly hold?: Hold;
  /** Nothing is done, and why. */
  readonly stopped?: {
    readonly state: 'suspended' | 'frozen' | 'held';
    /** `BranchMissing`, `TipRewritten` … */
    readonly reason?: string;
    readonly message: string;
  };
  /** Why what is wanted is not deployed although nothing is wrong. */
  readonly waitsForGates?: string;
  /** A hook has failed, which is never repeated by itself. */
  readonly hookFailed?: true;
  readonly promotion?: PromotionPolicy;
  /** What its channels were not told, and why. */
  readonly notTold?: string;
  /** What a pilotage.yaml asks for and is not in force, and what makes it count. */
  readonly proposal?: string;
  /** Of a preview. */
  readonly preview?: {
    /** RFC 3339. */
    readonly expiresAt: string;
    readonly host?: string;
    readonly asleep?: { readonly since: string; readonly by: string };
  };
}

/** What `sync` would do now, object by object. */
export interface PlanReport {
  readonly delivery: string;
  readonly environment: string;
  readonly namespace: string;
  readonly revision: string;
  readonly steps: readonly PlanStepReport[];
  /** It is of a working tree that is no commit yet, beside that revision. */
  readonly isTree?: boolean;
  /** Action → number of objects. */
  readonly summary: Readonly<Record<string, number>>;
  /** True when executing the plan would write nothing. */
  readonly empty: boolean;
  readonly warnings: readonly Problem[];
}

/** What an environment would take over of what Pilotage did not make. */
export interface AdoptionReport {
  /** `shop/prod` */
  readonly environment: string;
  readonly namespace: string;
  readonly objects: readonly AdoptionObject[];
  /** In git and not in the cluster. */
  readonly creates: readonly ObjectRef[];
  readonly tools: readonly AdoptionTool[];
}

export interface AdoptionObject {
  readonly object: ObjectRef;
  readonly origin?: string;
  /** `refused`: it cannot be taken over, for `reason`. */
  readonly state: 'matches' | 'differs' | 'refused';
  readonly reason: string;
  /** Who wrote its fields. */
  readonly managers: readonly string[];
  readonly diff: readonly string[];
  readonly restarts: boolean;
}

export interface AdoptionTool {
  /** `Argo CD Application argocd/shop` */
  readonly name: string;
  /** As `--from` names it. */
  readonly tool: string;
  readonly activity: 'reconciles' | 'suspended' | 'unseen';
  /** How it is made to stop, where it may still reconcile. */
  readonly stop?: string;
  /** How its own record goes without what it had. */
  readonly forget: string;
  /** What it has and git has not: `apps/Deployment/shop-prod/web`. Nobody looks after it once the tool is gone. */
  readonly left: readonly string[];
}

/** What the server says of every write of a sync, as dry runs. */
export interface DryRunReport {
  readonly delivery: string;
  readonly environment: string;
  readonly revision: string;
  readonly results: readonly DryRunResult[];
  /** Why the plan would not be carried out. */
  readonly problems: readonly Problem[];
}

export interface DryRunResult {
  readonly object: ObjectRef;
  /** What the plan does with it. */
  readonly action: string;
  readonly outcome: 'accepted' | 'refused' | 'untried';
  /** Of a refusal: the server's words; else why it was not tried, and warnings. */
  readonly message?: string;
}

export interface PlanStepReport {
  readonly action: string;
  readonly object: ObjectRef;
  readonly app: string;
  readonly reason?: string;
  /** Where the object is written: `chart/templates/web.hbs:12`. */
  readonly origin?: string;
  /** Lines of the field diff, secrets masked. */
  readonly diff: readonly string[];
  /** Its pods are replaced. */
  readonly restarts?: boolean;
  /** Fields of it that are neither compared nor written: `.spec.replicas`. */
  readonly ignored?: readonly string[];
}

/** Who put a revision on a branch of the embedded host. */
export interface PushReport {
  /** RFC 3339. */
  readonly at: string;
  /** The person; the owner, where a program pushed. */
  readonly by: string;
  readonly program?: string;
  /** Whether the name was authenticated. */
  readonly verified: boolean;
  /** `refs/heads/main`. Absent where old pushes are folded into one record. */
  readonly ref?: string;
}

export interface ReleaseReport {
  readonly number: number;
  readonly revision: string;
  readonly subject: string;
  readonly author: string;
  /** The user who pushed, promoted, pinned or rolled back to it, where that is known. */
  readonly by?: string;
  /** Of a promotion: who pushed what it promoted. Newest first; empty where the repository is elsewhere. */
  readonly pushes: readonly PushReport[];
  readonly cause: string;
  readonly result: string;
  readonly message: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly current: boolean;
  /** How it came here from another environment. */
  readonly promotion?: PromotionStory;
  /** Of a revert that Pilotage made: the revision of the source that failed here, and with what. */
  readonly takesBack?: { readonly revision: string; readonly cause: string };
  /** Gates that a person skipped for it. */
  readonly skipped?: NonNullable<Promotion['spec']['skips']>;
  /** What was changed beside git meanwhile, and set back; newest last. */
  readonly healed?: readonly (HealedDrift & { readonly remedy: string })[];
}

/** A promotion that has come to its end; times in RFC 3339. */
export interface PromotionStory {
  readonly from: string;
  readonly revision: string;
  readonly requestedBy?: string;
  readonly askedAt?: string;
  readonly mergedAt?: string;
  /** What kept it waiting, each gate with what it said first. */
  readonly waited: readonly { readonly gate: string; readonly reason: string }[];
  readonly approvedBy: readonly string[];
  /** `{{image "web"}}` → what it resolved to, by content. */
  readonly images: Readonly<Record<string, string>>;
}

export interface PromotionReport {
  readonly delivery: string;
  readonly from: string;
  readonly to: string;
  readonly revision: string | null;
  /**
   * 'Allowed': what stands on the target's own branch may be deployed now (`from` = `to`).
   * 'Restored': the target carries it already, and its branch, which was gone, is back.
   */
  readonly outcome:
    | 'Promoted'
    | 'Proposed'
    | 'Restored'
    | 'WouldPromote'
    | 'Waiting'
    | 'Refused'
    | 'UpToDate'
    | 'Allowed';
  /** At the forge, where a pull request brings it. */
  readonly pullRequest?: { readonly number: number; readonly url: string };
  readonly gates: readonly GateState[];
  readonly problems: readonly Problem[];
  /** Commits that the target would gain, newest first: `1a2b3c4 subject`. */
  readonly commits: readonly string[];
  readonly mergeCommit?: string;
  /** RFC 3339: when the first wait ends by itself, of this revision or of an earlier one that the source ran. */
  readonly retryAt?: string;
  /** What the source runs, and why it is not promoted, where `revision` is an earlier one that has passed. */
  readonly passedOver?: { readonly commit: string; readonly reason: string };
  /** Of an approval: whose it was recorded as. */
  readonly approvedBy?: string;
}

/** Several promotions, all of which move or none; those of `members` in the order in which they were asked for. */
export interface TogetherReport {
  /**
   * 'Refused': a gate is closed, nothing moved. 'TakenBack': one did not move, and those before it are back. 'PartlyMoved': one of them could
   * not be taken back, as `problems` say.
   */
  readonly outcome: 'Promoted' | 'WouldPromote' | 'UpToDate' | 'Refused' | 'TakenBack' | 'PartlyMoved';
  readonly members: readonly PromotionReport[];
  readonly problems: readonly Problem[];
}

/** What came of setting images. */
export interface SetImageReport {
  readonly delivery: string;
  readonly environment: string;
  readonly branch: string;
  /** 'Unchanged': it is what the branch says. 'Proposed': by a pull request, as the branch takes no push. */
  readonly outcome: 'Committed' | 'Unchanged' | 'Proposed' | 'WouldCommit';
  /** What was written, and where. */
  readonly edits: readonly {
    readonly name: string;
    readonly file: string;
    readonly line: number;
    readonly from: string;
    readonly to: string;
  }[];
  /** The commit that has the images. */
  readonly commit?: string;
  /** Where people see it. */
  readonly pullRequest?: string;
  /** What somebody should know, a sentence each. */
  readonly notes: readonly string[];
}

export interface BackportReport {
  readonly delivery: string;
  /** Where the commits were, and the environment that promotions to there begin in. */
  readonly from: string;
  readonly to: string;
  readonly branch: string;
  /** 'UnderWay': the branch has them, and the source of the target does not run them yet. */
  readonly outcome: 'Backported' | 'WouldBackport' | 'UnderWay' | 'UpToDate';
  /** Oldest first: `1a2b3c4 subject`. */
  readonly commits: readonly string[];
  /** What the branch is at now. */
  readonly tip?: string;
}

/** Everything that keeps an environment from being Synced and Healthy, most urgent first. */
export interface WhyReport {
  readonly environment: EnvironmentReport;
  readonly reasons: readonly Problem[];
  readonly gates: readonly GateState[];
  /** Who pushed what is wanted. */
  readonly pushes: readonly PushReport[];
  /** What its objects hold that templates made once; absent where that is nothing. */
  readonly generated?: readonly GeneratedReport[];
}

/** A password, a key, a certificate, a time: made by a template once and kept. Nothing of the value itself. */
export interface GeneratedReport {
  /** `randAlphaNum-1f3a9c02`: by which it is renewed. */
  readonly name: string;
  readonly app: string;
  readonly function: string;
  readonly template: string;
  /** RFC 3339. */
  readonly since: string;
  /** Of a certificate: when it ends, RFC 3339. */
  readonly endsAt?: string;
  /** Whether the last sync made use of it. */
  readonly isUsed: boolean;
  /** `Secret/db`: what holds it, as far as that can be told. */
  readonly objects: readonly string[];
}

export interface ConnectRequest {
  readonly name: string;
  /** Absent: the repository is hosted here. */
  readonly url?: string;
  readonly token?: string;
  readonly username?: string;
  readonly pollSeconds?: number;
  /** Text of a private key for ssh, without a passphrase. Absent: one is made where there is none. */
  readonly sshKey?: string;
  /** The keys of the agent of whoever runs the daemon. */
  readonly sshAgent?: boolean;
  /** Fingerprint (`SHA256:…`) or text of the host keys that are accepted from now on. */
  readonly hostKey?: string;
  /** PEM of the authorities that an https server may have, and no others. */
  readonly ca?: string;
  /** PEM, both or neither. */
  readonly clientCert?: string;
  readonly clientKey?: string;
  /** Nothing is changed: what can be read and pushed is found out. */
  readonly check?: boolean;
  /** Kubeconfig contexts that its environments may name from now on, beside those that they may already. */
  readonly allowClusters?: readonly string[];
  /** And those that they may not any more. */
  readonly forbidClusters?: readonly string[];
  /** Namespaces, beside each environment's own. */
  readonly allowNamespaces?: readonly string[];
  readonly forbidNamespaces?: readonly string[];
  /** Kinds outside of namespaces: `ClusterRole`. */
  readonly allowClusterScoped?: readonly string[];
  readonly forbidClusterScoped?: readonly string[];
  /** Where its builds get packages: HOST or HOST:PORT. */
  readonly allowRegistries?: readonly string[];
  readonly forbidRegistries?: readonly string[];
  /** Where its kustomizations may have bases: HOST or HOST:PORT. */
  readonly allowBases?: readonly string[];
  readonly forbidBases?: readonly string[];
  /** Where its charts may come from: HOST or HOST:PORT. */
  readonly allowCharts?: readonly string[];
  readonly forbidCharts?: readonly string[];
  /** Digests of health rules of its pilotage.yaml that may improve what is said of objects. */
  readonly allowHealth?: readonly string[];
  readonly forbidHealth?: readonly string[];
  /** `gitea=https://git.example.com`: where its pull requests and statuses are; `none`: nowhere that was said. */
  readonly forge?: string;
  readonly forgeToken?: string;
  /** Whom gates ask for metrics, `none`: nobody; and a token for it. */
  readonly prometheus?: string;
  readonly prometheusToken?: string;
  /** `APP:INSTALLATION`, two numbers or the client id and a number, and the app's private key in PEM. */
  readonly githubApp?: string;
  readonly githubAppKey?: string;
  /** How many previews there may be at a time; 0: none. */
  readonly previews?: number;
  /** Allowed signers of ssh-keygen(1), and keys of OpenPGP in ASCII armor: whose signatures of commits count. */
  readonly signers?: string;
  /** Whether all its environments take signed commits only. */
  readonly requireSignatures?: boolean;
  /** Commits that are vouched for with all that they contain, by their full ids. */
  readonly signedSince?: readonly string[];
  /** A kind of WEBHOOK_KINDS: who calls when something was pushed. */
  readonly webhook?: string;
}

/** Of the webhook of a delivery. */
export interface WebhookReport {
  readonly message: string;
  /** Below the address of the face. */
  readonly path?: string;
  /** Told once, when it is made. */
  readonly secret?: string;
  /** Where the forge asks for both. */
  readonly setUp?: string;
  /** A request that the forge would send: a ping. */
  readonly request?: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

export interface ConnectReport {
  readonly message: string;
  /** What reading and pushing came to, a line each; absent where nothing was asked. */
  readonly access?: readonly string[];
  /** The public half of the key that is shown to the server: to be pasted there. */
  readonly deployKey?: string;
  readonly webhook?: WebhookReport;
  /** By which Pilotage signs what it commits, as SSH writes it. */
  readonly signingKey?: string;
}

/** The body of every answer outside 2xx. */
export interface Refusal {
  readonly problem: Problem;
}
