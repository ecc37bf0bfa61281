import type { Bundles } from '../history/bundles.ts';
import type { ReleaseIndex } from '../history/releaseindex.ts';
import type { SyncOptions } from '../options.ts';
import type { EnvironmentIndex } from '../state/environments.ts';

/** What passes are handed in: sync's own options, and its records by index. */
export interface PassParts extends SyncOptions {
  readonly environments: EnvironmentIndex;
  readonly releases: ReleaseIndex;
  readonly bundles: Bundles;
}
