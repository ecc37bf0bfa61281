import type { Json } from '../../kube/values/types.ts';
import type { GateGrammar } from '../../model/gategrammar.ts';
import type { Cursor } from '../../model/reader.ts';
import type { Approval, EnvironmentStatus, GateState } from '../../model/types.ts';

/** What gates look at: the source environment, the revision that would advance, and who approved it. */
export interface GateFacts {
  /** `shop/dev`, for messages. */
  readonly source: string;
  /** Absent for a commit that was pushed to the target's own branch: no source has tested it. */
  readonly status?:
    | Pick<EnvironmentStatus, 'sync' | 'health' | 'healthySince' | 'phase' | 'message' | 'deployedRevision'>
    | undefined;
  readonly revision: string;
  /** `Name <mail>` of everybody who wrote a part of what the target gains. Empty while there is no approval: the history is not read then. */
  readonly authors: readonly string[];
  /** Who pushed a part of it, where the repository is hosted here. Empty while there is no approval. */
  readonly pushers: readonly string[];
  readonly approvals: readonly Approval[];
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
 * `F` what it finds. Nothing here waits, reads a clock or asks a client: a gate is a function of facts and time.
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
