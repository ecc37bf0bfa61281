import type { BlobStore } from '../base/blobs.ts';
import type { Clock } from '../base/clock.ts';
import type { CrashGuard } from '../base/crashguard.ts';
import type { Logger } from '../base/log.ts';
import type { Repository } from '../git/types.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { MayDeploy } from '../model/permission.ts';
import type { ProgressSink } from '../model/progress.ts';
import type { Environment } from '../model/types.ts';
import type { FetchBases } from './source/bases.ts';
import type { FetchChart } from './source/charts.ts';
import type { BuildImages, Render } from './source/source.ts';

/** Everything that sync is handed in. */
export interface SyncOptions {
  /** The cluster that holds the objects of pilotage.dev, and every environment that names no other; an `advancedClient`. */
  readonly home: KubeClient;
  /** A client of a kubeconfig context. Rejects with ProblemError where it cannot be had. */
  readonly clusterFor: (context: string) => Promise<KubeClient>;
  /** Names this installation in tracking annotations; it must survive restarts. */
  readonly instanceUid: string;
  /** Seals the manifests that releases keep: 32 bytes. */
  readonly releaseKey: Buffer;
  /** Holds what releases rendered to. */
  readonly blobs: BlobStore;
  readonly repository: (delivery: string) => Promise<Repository | undefined>;
  readonly render: Render;
  readonly buildImages: BuildImages;
  /** Default: bases of other repositories are refused, as by a render on disk. */
  readonly fetchBases?: FetchBases;
  /** Default: charts of repositories are refused, as by a render on disk. */
  readonly fetchChart?: FetchChart;
  /** The home runs no images that are built here. Default: it does. */
  readonly isHomeElsewhere?: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly progress: ProgressSink;
  /** Whether what a branch wants may be deployed: a promotion made by hand has gates too. Default: it may. */
  readonly mayDeploy?: MayDeploy<Environment>;
  /** Whether what it would deploy is signed as it has to be, a pin's revision too. Default: nothing is asked. */
  readonly verifies?: MayDeploy<Environment>;
  /** Keeps a revision whose work ends this process from doing so for ever. Default: nothing is remembered. */
  readonly crashes?: CrashGuard;
  /** How long a rollout may take before it counts as failed. Default 15 minutes. */
  readonly deadlineMs?: number;
}

export const DEFAULT_DEADLINE_MS = 15 * 60_000;
