import type { Container, Pod } from '../../../kube/kinds/objects.data.ts';
import { isSidecar as runsBeside } from '../../../kube/kinds/podspec/sidecars.ts';
import type { ContainerHealth } from '../probes/containerprobes.ts';
import type { Listening } from '../probes/listening.ts';
import type { Attempt } from '../runtime/runtime.ts';
import type { WildcardListener } from '../runtime/sockets.ts';
import type { PodFailure } from './podrecord.ts';

/** All that is known of one container; made afresh for each step. */
export interface ContainerView extends ContainerHealth {
  readonly name: string;
  /** The latest attempt and the one before it. */
  readonly current?: Attempt;
  readonly previous?: Attempt;
  /** Why the next attempt could not be begun. `retryAt` in ms since the epoch. */
  readonly blocked?: Blocked;
  /** Its next attempt is being started: its image is pulled, or its program is about to run. */
  readonly starting: boolean;
  /** It is being brought to its end. */
  readonly stopping: boolean;
}

export interface Blocked {
  readonly reason: string;
  readonly message: string;
  readonly retryAt: number;
  readonly failures: number;
}

export interface PodView {
  readonly pod: Pod;
  readonly initContainers: readonly ContainerView[];
  readonly containers: readonly ContainerView[];
  /** Added while the pod runs, to look at it: they run once, and nothing waits for them (KEP-277). */
  readonly ephemeralContainers: readonly ContainerView[];
  /** When the agent first saw it, in ms since the epoch. */
  readonly startTime: number;
  readonly podIP: string;
  readonly hostIP: string;
  /** Why it has to end: its deletion, or that the API does not know it any more. */
  readonly ending?: Ending;
  /** What this node knows of Services when that is not what the API says now: then only what ran before is started again. */
  readonly servicesUnread?: 'kept' | 'none';
  /** Names of containers that listen on the wildcard address, with ports. */
  readonly wildcards: readonly WildcardListener[];
  /** Absent where probes tell, or no port is declared. */
  readonly listening?: Listening;
}

export type Ending = {
  readonly reason: 'deleted' | 'unknown to the API' | 'failed';
  /** Of one that has failed: what its status says. */
  readonly failure?: Pick<PodFailure, 'reason' | 'message' | 'isDisruption'>;
  /** When every process has to be gone, in ms since the epoch. */
  readonly deadline: number;
};

export const isRunning = (view: ContainerView): boolean => view.current?.state.type === 'running';

/** The name of a sidecar. */
export const isSidecar = (pod: Pod, name: string): boolean =>
  pod.spec.initContainers?.some((one) => one.name === name && runsBeside(one)) ?? false;

/** The same type but for a name: the generated one leaves the values of `imagePullPolicy` open. */
export const ephemeralContainersOf = ({ spec }: Pod): readonly Container[] =>
  (spec.ephemeralContainers ?? []) as readonly Container[];

/** All of them, of every sort. */
export const allContainers = (view: PodView): readonly ContainerView[] => [
  ...view.initContainers,
  ...view.containers,
  ...view.ephemeralContainers,
];

/** Nothing of it runs, or is about to. */
export const isQuiet = (view: PodView): boolean =>
  allContainers(view).every((one) => !isRunning(one) && !one.starting);

/** 137: whatever ended a process without a trace was a kill (kubelet reports ContainerStatusUnknown so). */
export function exitCodeOfAttempt(attempt: Attempt): number | undefined {
  switch (attempt.state.type) {
    case 'running':
      return undefined;
    case 'exited':
      return attempt.state.exitCode;
    case 'lost':
      return 137;
  }
}

/** One of its containers has run: its init containers were through. */
export const hasBegun = (view: Pick<PodView, 'containers'>): boolean =>
  view.containers.some((one) => one.current !== undefined);
