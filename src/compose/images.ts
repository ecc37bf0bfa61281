/** Images that are built here: those of the process runtime, confined and with a network of their own, and those that an engine builds. */
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { buildNetworkOf, type Confinement } from '../base/confinement.ts';
import type { DiskRoom } from '../base/diskspace.ts';
import type { Logger } from '../base/log.ts';
import type { Surroundings } from '../cli/context.ts';
import {
  type ContainerBuilder,
  openBuildNetworks,
  openContainerBuilder,
  openImageStore,
} from '../orchestrator/node.ts';

export interface ImagesOptions {
  readonly dataDir: string;
  readonly surroundings: Pick<Surroundings, 'hostEnvironment' | 'buildEnvironment'>;
  readonly confinement: Confinement;
  readonly room: DiskRoom;
  readonly clock: Clock;
  readonly logger: Logger;
}

export type Images = ReturnType<typeof openImageStore>;

export function openImages({
  dataDir,
  surroundings,
  confinement,
  room,
  clock,
  logger,
}: ImagesOptions): Images {
  const { hostEnvironment, buildEnvironment: env } = surroundings;
  const networks =
    buildNetworkOf(confinement).type === 'own' ? { networks: openBuildNetworks({ env, clock, logger }) } : {};
  return openImageStore(join(dataDir, 'images'), {
    clock,
    logger,
    confinement,
    lacksRoom: () => room.lack('builds'),
    userHome: hostEnvironment.HOME ?? '/',
    ...networks,
  });
}

export type ContainerImages = ContainerBuilder;

export const openContainerImages = ({
  engineSockets,
  room,
  dataDir,
  ...common
}: Pick<ImagesOptions, 'dataDir' | 'clock' | 'logger' | 'room'> & {
  readonly engineSockets: readonly string[];
  readonly owner: string;
}): ContainerImages =>
  openContainerBuilder({
    ...common,
    dir: join(dataDir, 'images', 'pushed'),
    sockets: engineSockets,
    lacksRoom: () => room.lack('builds'),
  });
