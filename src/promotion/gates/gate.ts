import type { Json } from '../../kube/values/types.ts';
import type { GateGrammar } from '../../model/gategrammar.ts';
import type { Cursor } from '../../model/reader.ts';
import type {
  Approval,
  CommitChecks,
  EnvironmentSpec,
  EnvironmentStatus,
  GateState,
  Hold,
  Measurement,
  Promotion,
} from '../../model/types.ts';

/** What gates look at: the source environment, the revision that would advance, and what people said of it. */
export interface GateFacts {
  /** `shop/dev`, for messages. */
  readonly source: string;
  /** `shop/prod`, for messages. */
  readonly target?: string;
  /** Absent for a commit that was pushed to the target's own branch: no source has tested it. */
  readonly status?:
    | Pick<
        EnvironmentStatus,
        'sync' | 'health' | 'healthySince' | 'phase' | 'message' | 'deployedRevision' | 'ran' | 'tests'
      >
    | undefined;
  /** Why nothing is done in the source, whatever is pushed to it: a person suspended it, its branch is gone. */
  readonly sourceStopped?: string;
  /** A person asked for tests of this revision once more. */
  readonly retest?: NonNullable<EnvironmentSpec['retest']>;
  readonly revision: string;
  /** `Name <mail>` of everybody who wrote a part of what the target gains. Empty while there is no approval: the history is not read then. */
  readonly authors: readonly string[];
  /** Who pushed a part of it, where the repository is hosted here. Empty while there is no approval. */
  readonly pushers: readonly string[];
  readonly approvals: readonly Approval[];
  /** Of the images that the source runs at this revision; absent where it built none or nobody knows. */
  readonly digest?: string;
  /** How many people each group has, of those whom this Pilotage knows; `isWhole`: nobody else can sign in. */
  readonly groups?: { readonly sizes: Readonly<Record<string, number>>; readonly isWhole: boolean };
  /** A person's word that nothing is promoted to the target for now. */
  readonly hold?: Hold;
  /** Gates that a person lets this revision pass, and why. */
  readonly skips?: NonNullable<Promotion['spec']['skips']>;
  /**
   * What was measured outside, as it is recorded with the target: the newest of each gate. A gate takes only what was measured for its own
   * setting (`measuredFor` of `measured.ts`) and for the revision of these facts.
   */
  readonly measured?: readonly Measurement[];
  /** What the forge said of commits, as it is recorded with the target. */
  readonly checks?: readonly CommitChecks[];
}

/** What a gate found, before it is put into words. */
export interface Finding {
  readonly state: GateState['state'];
  /** Wall time in milliseconds at which waiting ends by itself. */
  readonly until?: number;
}

/** What is to pass: a revision of the source, or a commit that was pushed to the target's own branch. */
export type Subject = 'promotion' | 'direct commit';

/**
 * A gate is one file: how pilotage.yaml sets it, what it decides, and what it says. `S` is its setting as a policy records it,
 * `F` what it finds. Nothing here waits, reads a clock or asks a client: a gate is a function of facts and time. Passed: it is open. Waiting:
 * it opens by itself or when somebody has done something. Blocked: a person has to act first, and what is promoted is refused until then.
 */
export interface Gate<S extends Json = Json, F extends Finding = Finding> extends GateGrammar {
  read(at: Cursor): S | undefined;
  /** The setting that holds for a subject, from the one that the file names; undefined: nothing is asked. */
  settingFor(subject: Subject, named: S | undefined): S | undefined;
  check(setting: S, facts: GateFacts, now: number): F;
  /** The reason that people read, and what opens the gate where a person can. */
  explain(finding: F, facts: GateFacts): Explanation;
  /** Whether `next` stops everything that `before` stops. */
  isAsStrict(next: S, before: S): boolean;
  /** As status and proposals show it: `healthy 30s`. */
  describe(setting: S): string;
}

export interface Explanation {
  readonly message: string;
  readonly remedy?: string;
}
