/**
 * The objects of `pilotage.dev/v1alpha1`. They live in the home cluster, which is the built-in one unless `up` was given another.
 * Delivery is written by people (or by a first push); the other three are written by Pilotage and read by everybody.
 */
import type { Condition } from '../kube/values/condition.ts';
import type { Json, KubeObject, ObjectRef, Resource } from '../kube/values/types.ts';

export const PILOTAGE_GROUP = 'pilotage.dev';
export const PILOTAGE_VERSION = 'v1alpha1';
export const PILOTAGE_API_VERSION = `${PILOTAGE_GROUP}/${PILOTAGE_VERSION}`;
/** Server-side-apply manager of everything that sync writes into an environment. */
export const FIELD_MANAGER = 'pilotage';
/** Holds an Environment until what it delivered is gone, or is let go of. */
export const TEARDOWN_FINALIZER = `${PILOTAGE_GROUP}/teardown`;
/** Namespace of the home cluster that holds the four kinds. */
export const PILOTAGE_NAMESPACE = 'pilotage';

const row = <T extends KubeObject>(plural: string, kind: string): Resource<T> => ({
  group: PILOTAGE_GROUP,
  version: PILOTAGE_VERSION,
  plural,
  kind,
  namespaced: true,
});
export const DELIVERIES = row<Delivery>('deliveries', 'Delivery');
export const ENVIRONMENTS = row<Environment>('environments', 'Environment');
export const RELEASES = row<Release>('releases', 'Release');
export const PROMOTIONS = row<Promotion>('promotions', 'Promotion');

export const SYNC_STATES = ['Synced', 'OutOfSync', 'Unknown'] as const;
export type SyncState = (typeof SYNC_STATES)[number];

export const PHASES = [
  'Idle',
  'Rendering',
  'Applying',
  'Waiting',
  'Failed',
  'Frozen',
  'Suspended',
  'Pinned',
] as const;
export type Phase = (typeof PHASES)[number];

export const HEALTH_STATES = [
  'Healthy',
  'Progressing',
  'Degraded',
  'Suspended',
  'Missing',
  'Unknown',
] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** A repository, its credentials and the clusters that it may use. Name: the delivery. Namespace: PILOTAGE_NAMESPACE. */
export interface Delivery extends KubeObject {
  readonly spec: {
    readonly repository:
      | { readonly type: 'hosted' }
      | {
          readonly type: 'remote';
          readonly url: string;
          readonly secretRef?: { readonly name: string };
          readonly pollSeconds?: number;
        };
    /** Kubeconfig contexts that environments of this delivery may name. Never the repository's own choice. */
    readonly clusters?: readonly string[];
    /** Namespaces, beside their own, that its environments may deliver to; a person's word. */
    readonly namespaces?: readonly string[];
    /** Kinds outside of namespaces (`ClusterRole`) that its environments may write; a person's word. */
    readonly clusterScoped?: readonly string[];
    /** HOST or HOST:PORT that its builds may reach, beside the registries that the machine is configured with; a person's word. */
    readonly registries?: readonly string[];
  };
  readonly status?: {
    readonly defaultBranch?: string;
    /** Tip of every branch as last observed. */
    readonly branches?: Readonly<Record<string, string>>;
    readonly message?: string;
  };
}

/** One branch in one namespace of one cluster. Name: `<delivery>.<environment>`. Namespace: PILOTAGE_NAMESPACE. */
export interface Environment extends KubeObject {
  readonly spec: EnvironmentSpec;
  readonly status?: EnvironmentStatus;
}

/** What is agreed about an environment, and changes only through its own gates or by a person's word. */
export interface Terms {
  readonly branch: string;
  /** Folder of the repository that holds this environment's manifests, '' for the root. */
  readonly path: string;
  readonly namespace: string;
  /** Kubeconfig context; absent: the home cluster. */
  readonly cluster?: string;
  readonly promotion?: PromotionPolicy;
}

/** Terms that a pilotage.yaml asks for and that are not in force. */
export interface Proposal {
  /** Of exactly this change: another one, or other terms in force, have another. */
  readonly id: string;
  /** The branch whose pilotage.yaml asks for them. */
  readonly branch: string;
  readonly terms: Terms;
}

/** Bound to the object that was there when the word was given, by its UID. */
export interface Adoption extends ObjectRef {
  readonly uid: string;
  readonly by: string;
  readonly at: string;
}

/** The terms in force are here, but for the promotion policy, which is in the status. */
export interface EnvironmentSpec extends Omit<Terms, 'promotion'> {
  readonly delivery: string;
  readonly environment: string;
  /** Digest of what the pilotage.yaml of the last revision that was let through said of it: the same again changes nothing. */
  readonly declared?: string;
  /** Objects that Pilotage did not make and that this environment may take over; a person's word for each. */
  readonly adopt?: readonly Adoption[];
  /** What becomes of what it delivered when it is deleted; absent: it stays. */
  readonly onDelete?: 'prune' | 'orphan';
  /** The proposal that a person agreed to last. */
  readonly accepted?: { readonly proposal: string; readonly by: string; readonly at: string };
  /** Hold this revision (a rollback or `pilotage pin`), whatever the branch says. */
  readonly pin?: {
    readonly revision: string;
    readonly reason: string;
    readonly by?: string;
    readonly since: string;
    /** Number of the release that a rollback goes back to; absent: somebody pinned the revision. */
    readonly release?: number;
  };
  readonly suspended?: boolean;
  /** Confirmed by a person: this revision may prune more than half of the environment. */
  readonly confirmPrune?: string;
  /** Confirmed by a person: this revision may delete workloads and create them again, with the outage that it means. */
  readonly confirmRecreate?: string;
  /** Confirmed by a person: this tip may be deployed although it does not descend from the last one. */
  readonly acknowledgedTip?: string;
  /** Bumped by `pilotage sync` to ask for a reconcile now. */
  readonly syncRequestedAt?: string;
}

export interface EnvironmentStatus {
  /** Tip of the branch that reconciliation is to reach; written before anything acts on it. */
  readonly wantedRevision?: string;
  /** The user who pushed or promoted it, where that is known. */
  readonly wantedBy?: string;
  /** Rises by one at every observation of a changed tip; never falls. */
  readonly observation?: number;
  readonly deployedRevision?: string;
  readonly deployedTree?: string;
  /** The revision that phase, health and message speak of: the one that the last pass worked for. */
  readonly assessedRevision?: string;
  /** The generation of the spec that the last pass answered. */
  readonly observedGeneration?: number;
  /** Why the wanted revision is not deployed although nothing is wrong: the gates of its promotion. */
  readonly waitsForGates?: string;
  readonly release?: number;
  readonly sync: SyncState;
  readonly phase: Phase;
  readonly phaseSince?: string;
  readonly health: HealthState;
  /** When health last became Healthy for the deployed revision. */
  readonly healthySince?: string;
  readonly message?: string;
  readonly conditions?: readonly Condition[];
  /** What we own in the namespace; an entry leaves when its deletion is confirmed. */
  readonly inventory?: readonly InventoryEntry[];
  readonly urls?: readonly string[];
  /** In force: it was recorded when the environment was made, and changes as its other terms do. */
  readonly promotionPolicy?: PromotionPolicy;
  /** What a pilotage.yaml asks for, and what is not in force. */
  readonly proposal?: Proposal;
}

export interface InventoryEntry extends ObjectRef {
  readonly app: string;
  readonly uid?: string;
}

/** One applied revision of an environment. Name: `<delivery>.<environment>.<number>`. The last 20 are kept. */
export interface Release extends KubeObject {
  readonly spec: {
    readonly delivery: string;
    readonly environment: string;
    readonly number: number;
    readonly revision: string;
    readonly tree: string;
    readonly branch: string;
    readonly subject?: string;
    readonly author?: string;
    /** The user who pushed, promoted, pinned or rolled back to it, where that is known. */
    readonly by?: string;
    readonly cause: 'commit' | 'rollback' | 'pin';
    /** HMAC-SHA256, with the key of this installation, over the canonical JSON of the rendered objects. */
    readonly digest: string;
    /** Rendered objects, sealed with the same key (`sync/source/bundle.ts`): a rollback needs neither git nor the renderer. */
    readonly manifests: string;
    /** `{{image "web"}}` → the image that it resolved to. */
    readonly images?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly result: 'Applying' | 'Applied' | 'Healthy' | 'Failed' | 'Superseded';
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
    readonly summary?: Readonly<Record<string, number>>;
    readonly inventory?: readonly InventoryEntry[];
    /** What was changed in the cluster while it was deployed, and set back; newest last, the last 10. */
    readonly healed?: readonly HealedDrift[];
  };
}

/** A change that somebody made beside git, and that was set back. */
export interface HealedDrift {
  /** RFC 3339; of several equal ones the last. */
  readonly at: string;
  /** `Deployment shop-dev/web` */
  readonly object: string;
  /** Field managers, as far as the object tells: `kubectl-edit`. */
  readonly by: string;
  /** `set spec.replicas to 4 (git: 2)` */
  readonly change: string;
  /** Where git says it: `chart/templates/web.hbs:12`. */
  readonly origin?: string;
  readonly count: number;
}

export interface PromotionPolicy {
  readonly from: string;
  readonly auto: boolean;
  /** Gate → its setting, as `promotion/gates/` reads it from pilotage.yaml. */
  readonly gates: Readonly<Record<string, Json>>;
  /** Gates of the file that this version does not know yet: they block, named, rather than being passed over. */
  readonly unsupportedGates?: readonly string[];
}

export interface GateState {
  readonly gate: string;
  readonly state: 'Passed' | 'Waiting' | 'Blocked';
  readonly reason: string;
  /** RFC 3339, when waiting ends by itself. */
  readonly until?: string;
}

/** A person's word for one revision. */
export interface Approval {
  /** As they named themselves. */
  readonly by: string;
  readonly at: string;
  /** False: whoever held the token said so, and nobody has checked it. */
  readonly verified?: boolean;
}

/**
 * An advance of one revision from an environment to the next. Name: `<delivery>.<to>.<revision>`.
 * With `from` = `to`: a commit that was pushed to the target's own branch and waits there for its gates.
 * Open ones are kept, and of those that have ended what `promotion/record/collect.ts` says.
 */
export interface Promotion extends KubeObject {
  readonly spec: {
    readonly delivery: string;
    readonly from: string;
    readonly to: string;
    readonly revision: string;
    readonly tree: string;
    readonly requestedBy?: string;
    /** Bound to the revision: an approval of another revision does not count. */
    readonly approvals?: readonly Approval[];
    /** A person's word that this revision may bring again what was taken back on the target's branch by these commits. */
    readonly again?: { readonly by: string; readonly at: string; readonly commits: readonly string[] };
  };
  readonly status?: {
    /** Rejected: it was merged, and taken back on the target's own branch by `rejectedBy`. */
    readonly phase: 'Pending' | 'Merged' | 'Superseded' | 'Refused' | 'Rejected';
    readonly rejectedBy?: string;
    readonly gates?: readonly GateState[];
    readonly message?: string;
    readonly mergeCommit?: string;
    readonly mergedAt?: string;
  };
}
