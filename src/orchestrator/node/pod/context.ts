import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { EventRecorder } from '../../../kube/client/events.ts';
import type { LagMeter } from '../probes/lag.ts';
import type { PodRuntime } from '../runtime/runtime.ts';
import type { ContainerKey } from '../runtime/sockets.ts';
import type { NodeServices } from '../spec/serviceenvironment.ts';
import type { PodTokens } from '../spec/tokens.ts';

/** What all pods of a node share. */
export interface PodContext {
  readonly client: KubeClient;
  readonly runtime: PodRuntime;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly lag: LagMeter;
  readonly logger: Logger;
  readonly random: () => number;
  /** The directory of all pods. */
  readonly root: string;
  readonly nodeName: string;
  readonly hostIP: string;
  readonly nodeResources: Readonly<Record<string, string>>;
  /** The directory below which the node keeps volumes that outlive pods. */
  readonly localVolumes: string;
  readonly services: NodeServices;
  readonly tokens: PodTokens;
  /** Ends a container that listens on every address, and so keeps another pod from its own. */
  readonly makeWay: (container: ContainerKey) => void;
  /** Resolves when no new connection of a service reaches the pod any more. */
  readonly releasePod: (uid: string) => Promise<void>;
  /** Called once, when nothing of the pod is left on this machine. */
  readonly onGone: (uid: string) => void;
}
