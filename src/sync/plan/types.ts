import type { Problem } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import type { FieldDiff } from '../../kube/rules/diff.ts';
import type { KubeObject, ObjectRef, Resource } from '../../kube/values/types.ts';
import type { IgnoreRule, PruneMode } from '../../model/deliveryfile.ts';
import type { HookPhase, HookRecord } from '../../model/types.ts';
import type { HookMarks } from '../../render/manifests/hooks.ts';
import type { Manifest } from '../../render/types.ts';
import type { Ignored } from './ignored.ts';

/** What one revision of an environment renders to. Stored in its Release, so that a rollback needs neither git nor the renderer. */
export interface Bundle {
  readonly manifests: readonly Manifest[];
  readonly apps: readonly BundledApp[];
}

export interface BundledApp {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly ignore?: readonly IgnoreRule[];
  readonly prune?: PruneMode;
}

/** Whose an object is: the three parts of the tracking annotation but the app. */
export interface Owner {
  readonly instance: string;
  readonly delivery: string;
  readonly environment: string;
}

/** One object as it should be: placed in its namespace, tracked, labelled. The revision annotation is added by the writer. */
export interface Desired {
  readonly ref: ObjectRef;
  readonly resource: Resource;
  readonly object: KubeObject;
  readonly app: string;
  readonly origin: Place;
  /** Paths of leaves that no diff shows. */
  readonly sealed?: readonly string[];
  /** Fields that others decide: they are neither compared nor written once the object is there. */
  readonly ignore?: Ignored;
  /** What becomes of it when git drops it; absent: it is pruned. */
  readonly prune?: PruneMode;
  /** Position in the order of application: objects of a stage wait until all earlier stages are healthy. */
  readonly stage: number;
  /** It is no part of the deployed state: it runs in a phase. A hook of several phases is desired once for each. */
  readonly hook?: HookPlace;
}

export interface HookPlace {
  readonly phase: HookPhase;
  readonly marks: HookMarks;
}

export interface Conflict {
  readonly manager: string;
  /** `.spec.replicas` */
  readonly field: string;
}

/** What the server says applying the desired object would do. */
export type Trial =
  | { readonly outcome: 'same' }
  | { readonly outcome: 'differs'; readonly after: KubeObject }
  /** `after`: what taking the fields over would give. */
  | { readonly outcome: 'conflict'; readonly conflicts: readonly Conflict[]; readonly after?: KubeObject }
  | { readonly outcome: 'immutable'; readonly fields: readonly string[]; readonly message: string }
  | { readonly outcome: 'rejected'; readonly message: string };

/** What was found for one object: a desired one, or one of the inventory. */
export interface Observation {
  readonly live?: KubeObject;
  /** What is desired without what is ignored of what is there. Absent: nothing is. */
  readonly intent?: KubeObject;
  /** Ignored fields that are there or in git, and those of them that we still hold. */
  readonly ignored?: readonly string[];
  readonly held?: readonly string[];
  /** Absent where nothing is desired, and where the server could not be asked (its namespace or kind is made by this very plan). */
  readonly trial?: Trial;
}

interface StepBase {
  readonly ref: ObjectRef;
  readonly resource: Resource | undefined;
  readonly app: string;
  readonly origin?: Place;
  /** Paths of its leaves that nothing shows. */
  readonly sealed?: readonly string[];
  readonly stage: number;
  /** Fields that are neither compared nor written, as far as there are some. */
  readonly ignored?: readonly string[];
  /** Of a hook: its coming and going is no change of what is deployed. */
  readonly isHook?: boolean;
}

/** Why an object is written although it exists. */
export type UpdateCause = 'change' | 'drift' | 'adoption';

export type Step = StepBase &
  (
    | {
        readonly action: 'create';
        readonly object: KubeObject;
        readonly cause: 'change' | 'drift';
        /** Fields that are left to others once it is there. */
        readonly ignore?: Ignored;
      }
    | {
        readonly action: 'update';
        readonly object: KubeObject;
        readonly live: KubeObject;
        readonly cause: UpdateCause;
        /** Take the fields of `conflicts` over: they were ours at the last apply, or the object is being adopted. */
        readonly force: boolean;
        readonly conflicts: readonly Conflict[];
        readonly diff: readonly FieldDiff[];
        readonly ignore?: Ignored;
        /** Ignored fields that are still held: what they are now they stay. */
        readonly givesUp?: readonly string[];
      }
    | {
        readonly action: 'recreate';
        readonly object: KubeObject;
        readonly live: KubeObject;
        readonly reason: string;
      }
    | { readonly action: 'prune'; readonly live: KubeObject; readonly reason: string }
    /** It runs, or goes on, in its phase; a record tells how far it is. */
    | {
        readonly action: 'hook';
        readonly object: KubeObject;
        readonly live?: KubeObject;
        readonly phase: HookPhase;
        readonly marks: HookMarks;
        /** Marks its object as made by this run. */
        readonly run: string;
        readonly record?: HookRecord;
      }
    /** In the inventory, not in git any more, and left alone on purpose. */
    | { readonly action: 'keep'; readonly reason: string }
    /** Not in git any more: a person's word prunes it. */
    | { readonly action: 'confirm'; readonly live: KubeObject; readonly reason: string }
    /** Leaves the inventory: it is gone, or it is not ours any more. */
    | { readonly action: 'forget'; readonly reason: string }
    /** Something else is under way with it: look again. */
    | { readonly action: 'wait'; readonly reason: string }
    | { readonly action: 'unchanged'; readonly live: KubeObject }
    | {
        readonly action: 'adopt';
        readonly live: KubeObject;
        readonly reason: string;
        /** What taking it over would change of it. */
        readonly diff: readonly FieldDiff[];
      }
    | { readonly action: 'conflict'; readonly live: KubeObject; readonly reason: string }
    | { readonly action: 'invalid'; readonly reason: string }
  );

export type Action = Step['action'];

export interface Plan {
  /** In the order of execution. */
  readonly steps: readonly Step[];
  /** Why nothing of the plan may be executed; empty: it may. */
  readonly blocked: readonly Problem[];
}
