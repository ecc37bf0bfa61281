import type { Clock } from '../base/clock.ts';
import type { Problem, Result } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { ForgeOf } from '../forge/forge.ts';
import type { Repository } from '../git/types.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { Informer } from '../kube/client/informer.ts';
import type { JsonObject } from '../kube/values/types.ts';
import type { SetImageReport } from '../model/faces.ts';
import type { ImageChange, ImageReference } from '../model/imagereference.ts';
import type { Suspension } from '../model/suspension.ts';
import type { Environment, Promotion, Release } from '../model/types.ts';
import type { GateFacts } from './gates/gate.ts';

/** Where promotion reads: the cluster that holds the objects of `pilotage.dev`, and the repositories. */
export interface PromotionSources {
  /** An `advancedClient`. */
  readonly home: KubeClient;
  /** Undefined while the repository of a delivery is not here yet. */
  readonly repository: (delivery: string) => Promise<Repository | undefined>;
  /** Answers for promotions instead of the cluster. Absent: they are listed each time. */
  readonly promotions?: PromotionCache;
  /** The same of the releases of an environment. */
  readonly releases?: (environment: {
    readonly delivery: string;
    readonly environment: string;
  }) => readonly Release[];
  /** How many people each group has, for gates that ask for some of one. Absent: nobody knows. */
  readonly groups?: () => Promise<NonNullable<GateFacts['groups']>>;
}

/** The Promotion objects in memory, by the environment that they lead to. It may lag behind a write by the time of its watch event. */
export interface PromotionCache {
  readonly informer: Informer<Promotion>;
  /** By the name of the Environment object; undefined until the first list is here. */
  to(environmentName: string): readonly Promotion[] | undefined;
}

export interface FactOptions extends PromotionSources {
  /** By which word of a person nothing is done in an environment now. Absent: by none. */
  readonly suspensionOf?: (environment: Environment) => Suspension | undefined;
  /** Renders and plans an environment as if `revision` were wanted; resolves with what is wrong with it. */
  readonly rehearse: (environment: Environment, revision: string) => Promise<readonly Problem[]>;
}

export interface PromoteOptions extends FactOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The author of merge commits. */
  readonly author: { readonly name: string; readonly email: string };
  /**
   * Moves a branch where its repository lives (here, or at the remote) and lets sync observe it.
   * 'rejected' when somebody else moved it meanwhile.
   */
  readonly publish: (move: BranchMove) => Promise<'pushed' | 'rejected'>;
  /** Where pull requests are, for deliveries that have a forge. */
  readonly forge: ForgeOf;
  /** Asks the repository of a delivery now what its branches are at. */
  readonly look: (delivery: string) => Promise<unknown>;
  /** What deploying a revision would do to an environment, a line each, for people; empty where that cannot be told. */
  readonly outline: (environment: Environment, revision: string) => Promise<readonly string[]>;
  /** Changes the spec of an environment as a person asks; null takes a member away. */
  readonly changeSpec: (environment: Environment, spec: JsonObject) => Promise<unknown>;
  /** What to write so that a revision has other images; problems say why it cannot be found. */
  readonly imageEdits: (
    target: Environment,
    asked: { readonly revision: string; readonly changes: readonly ImageChange[] },
  ) => Promise<Result<ImageEdits>>;
  /** The image with its digest, where the delivery may ask its registry. @throws ProblemError */
  readonly pinImage: (delivery: string, image: ImageReference) => Promise<ImageReference>;
  /** Holds an environment at a revision, as a rollback does, where its branch cannot be written. */
  readonly hold: (target: Environment, held: Hold) => Promise<unknown>;
}

/** Where other images are written in files of a commit. */
export interface ImageEdits {
  readonly edits: SetImageReport['edits'];
  /** The files that change, as they are to be, and as they are. */
  readonly contents: ReadonlyMap<string, Buffer>;
  readonly before: ReadonlyMap<string, Buffer>;
}

export interface Hold {
  readonly revision: string;
  readonly reason: string;
  readonly by: string;
  /** Number of the release of that revision, where it is kept. */
  readonly release?: number;
}

export interface BranchMove {
  readonly delivery: string;
  readonly branch: string;
  readonly oid: string;
  /** What the branch is at; null: it does not exist. */
  readonly expected: string | null;
  /** The user who asked for it. */
  readonly by: string;
}
