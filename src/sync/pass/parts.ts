import type { KubeClient } from '../../kube/client/client.ts';
import type { Suspension } from '../../model/suspension.ts';
import type { Environment } from '../../model/types.ts';
import type { Bundles } from '../history/bundles.ts';
import type { ReleaseIndex } from '../history/releaseindex.ts';
import type { SyncOptions } from '../options.ts';
import type { EnvironmentIndex } from '../state/environments.ts';
import type { Memory } from '../state/memory.ts';
import type { Say } from './progress.ts';

export type SuspensionOf = (environment: Environment) => Suspension | undefined;

/** What passes are handed in: sync's own options, and its records by index. */
export interface PassParts extends SyncOptions {
  readonly environments: EnvironmentIndex;
  readonly releases: ReleaseIndex;
  readonly bundles: Bundles;
  /** By which word of a person nothing is done in an environment now. */
  readonly suspensionOf: SuspensionOf;
}

/** What one pass works with. */
export interface Pass {
  readonly options: PassParts;
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly target: string;
  readonly memory: Memory;
  readonly say: Say;
  readonly signal: AbortSignal;
}
