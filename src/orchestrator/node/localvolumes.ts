import type { Clock } from '../../base/clock.ts';
import { problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { keyOf } from '../../kube/client/cache.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import type { EventRecorder } from '../../kube/client/events.ts';
import { createInformer } from '../../kube/client/informer.ts';
import type { PersistentVolume } from '../../kube/kinds/objects.data.ts';
import { PERSISTENT_VOLUMES } from '../../kube/kinds/resources.data.ts';
import {
  isLocalPath,
  LOCAL_PATH_FINALIZER,
  nodeOfVolume,
  withoutDirectory,
} from '../../kube/kinds/volumes/localpath.ts';
import { isNotFound } from '../../kube/values/status.ts';
import { removeVolume, volumePath } from './spec/localpath.ts';

export interface LocalVolumesOptions {
  /** Authenticated as the node. */
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly nodeName: string;
  /** Below it is a directory for each volume. */
  readonly root: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * What becomes of the directory of a volume: it goes when the volume is deleted and no claim has it, and stays where the volume is to be
 * retained; `let go`: only the mark goes. undefined: nothing is to be done here.
 */
export function decideRemoval(
  volume: PersistentVolume,
  node: string,
  root: string,
): 'remove' | 'let go' | undefined {
  const { deletionTimestamp, finalizers = [], name = '' } = volume.metadata;
  if (!deletionTimestamp || !finalizers.includes(LOCAL_PATH_FINALIZER)) return undefined;
  if (!isLocalPath(volume) || nodeOfVolume(volume) !== node || volume.status?.phase === 'Bound')
    return undefined;
  const isOurs = volume.spec?.local?.path === volumePath(root, name);
  return isOurs && volume.spec?.persistentVolumeReclaimPolicy === 'Delete' ? 'remove' : 'let go';
}

/** Removes the directories of deleted volumes of this node. */
export function createLocalVolumes({
  client,
  events,
  nodeName,
  root,
  clock,
  logger,
}: LocalVolumesOptions): Controller {
  const volumes = createInformer({ client, resource: PERSISTENT_VOLUMES, clock, logger });

  async function remove(volume: PersistentVolume, name: string): Promise<void> {
    try {
      await removeVolume(root, name);
      logger.info({ volume: name }, 'the directory of a volume is removed');
    } catch (error) {
      events.record(volume, 'Warning', 'VolumeFailedDelete', problemOf(error).message);
      throw error;
    }
  }

  return createController({
    name: 'localvolumes',
    clock,
    logger,
    watches: [watch(volumes, ({ metadata }) => [keyOf(metadata)])],
    async reconcile(name) {
      const volume = volumes.get({ name });
      const action = volume && decideRemoval(volume, nodeName, root);
      if (!volume || !action) return undefined;
      if (action === 'remove') await remove(volume, name);
      try {
        await client.update(PERSISTENT_VOLUMES, withoutDirectory(volume));
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
      return undefined;
    },
  });
}
