import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { EventRecorder } from '../../../kube/client/events.ts';
import type { LagMeter } from '../probes/lag.ts';
import type { PodConfinement } from '../runtime/process/confinement/pods.ts';
import type { ImageStore } from '../runtime/process/images/store.ts';
import type { Root } from '../runtime/process/procfs.ts';
import type { SocketOwners } from '../runtime/process/socketowners.ts';
import type { ContainerRuntime } from '../runtime/runtime.ts';
import type { NodeServices } from '../spec/serviceenvironment.ts';

/** What all pods of a node share. */
export interface PodContext {
  readonly client: KubeClient;
  readonly runtime: ContainerRuntime;
  readonly images: Pick<ImageStore, 'resolve'>;
  readonly confinement: PodConfinement;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly lag: LagMeter;
  readonly logger: Logger;
  readonly random: () => number;
  readonly root: string;
  readonly nodeName: string;
  readonly hostIP: string;
  readonly nodeResources: Readonly<Record<string, string>>;
  /** PATH, HOME and the like of the machine. */
  readonly hostEnvironment: Readonly<Record<string, string>>;
  readonly services: NodeServices;
  readonly socketOwners: SocketOwners;
  /** Ends a container that listens on every address, and so keeps another pod from its own. */
  readonly makeWay: (container: Root) => void;
  /** Resolves when no new connection of a service reaches the pod any more. */
  readonly releasePod: (uid: string) => Promise<void>;
  /** Told once, when nothing of the pod is left on this machine. */
  readonly onGone: (uid: string) => void;
}
