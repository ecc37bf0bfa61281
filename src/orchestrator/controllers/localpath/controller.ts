import { keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../kube/kinds/objects.data.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../../kube/kinds/resources.data.ts';
import { SELECTED_NODE } from '../../../kube/kinds/volumes/annotations.ts';
import { LOCAL_PATH_FINALIZER } from '../../../kube/kinds/volumes/localpath.ts';
import { storageClass } from '../../../kube/kinds/volumes/storageclass.ts';
import { isAlreadyExists, isNotFound, notFoundAsUndefined } from '../../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { createTeller, warning } from '../happening.ts';
import { decideProvision, decideReclaim } from './decide.ts';

const OPTIONS = { fieldManager: MANAGER };

/**
 * Makes volumes that are directories of the nodes of their first pods, and deletes them after their claims. The directories themselves are the
 * agents': each makes one when it is mounted first, and removes it when its volume is deleted.
 */
export function createLocalPathProvisioner(context: ControllerContext): Controller {
  const { client, clock, logger, informers, record } = context;
  const { claims, volumes, nodes, storageClasses } = informers;
  const waitingFor = claims.index(selectedNode);
  const { tell, forget } = createTeller(record);

  /** Keys of claims have a namespace; those of volumes have none. */
  async function reconcile(key: string): Promise<undefined> {
    try {
      if (splitKey(key).namespace === undefined) await reclaim(key);
      else await provision(key);
    } catch (error) {
      // Deleted meanwhile: the watch brings us here again.
      if (!isNotFound(error)) throw error;
    }
  }

  async function provision(key: string): Promise<void> {
    const claim = claims.get(splitKey(key));
    const action =
      claim &&
      decideProvision({
        claim,
        class: storageClasses.get({ name: storageClass(claim) }),
        node: nodeOf(claim),
      });
    if (!claim || !action) return forget(key);
    if (action.type === 'create') return create(claim, action.volume);
    refuse(claim, action.message);
    if (action.type === 'give back') await giveBack(claim);
  }

  const nodeOf = ({ metadata }: PersistentVolumeClaim) =>
    nodes.get({ name: metadata.annotations?.[SELECTED_NODE] ?? '' });

  async function create(claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
    try {
      await client.create(PERSISTENT_VOLUMES, volume, OPTIONS);
    } catch (error) {
      if (isAlreadyExists(error)) return;
      throw error;
    }
    record(
      claim,
      'Normal',
      'ProvisioningSucceeded',
      `Successfully provisioned volume ${volume.metadata.name}`,
    );
  }

  function refuse(claim: PersistentVolumeClaim, why: string): void {
    const message = `failed to provision volume with StorageClass "${storageClass(claim)}": ${why}`;
    tell(claim, warning('ProvisioningFailed', message));
  }

  async function giveBack(claim: PersistentVolumeClaim): Promise<void> {
    const { [SELECTED_NODE]: _, ...annotations } = claim.metadata.annotations ?? {};
    const metadata = { ...claim.metadata, annotations };
    await client.update(PERSISTENT_VOLUME_CLAIMS, { ...claim, metadata }, OPTIONS);
  }

  async function reclaim(name: string): Promise<void> {
    const volume = volumes.get({ name });
    const action = volume && decideReclaim(volume);
    if (!volume || !action) return;
    const { metadata } = volume;
    if (action === 'mark') {
      const finalizers = [...(metadata.finalizers ?? []), LOCAL_PATH_FINALIZER];
      await client.update(PERSISTENT_VOLUMES, { ...volume, metadata: { ...metadata, finalizers } }, OPTIONS);
      return;
    }
    const { uid = '', resourceVersion = '' } = metadata;
    await client
      .delete(PERSISTENT_VOLUMES, { name }, { preconditions: { uid, resourceVersion } })
      .catch(notFoundAsUndefined);
  }

  return createController({
    name: 'local-path-provisioner',
    clock,
    logger,
    watches: [
      watch(claims, ({ metadata }) => [keyOf(metadata)]),
      watch(volumes, ({ metadata }) => [keyOf(metadata)]),
      watch(storageClasses, () => []),
      watch(nodes, ({ metadata }) => waitingFor(metadata.name ?? '').map((claim) => keyOf(claim.metadata))),
    ],
    reconcile,
  });
}

/** Index values: the name of the node that a claim without a volume was given to. */
const selectedNode = ({ metadata, spec }: PersistentVolumeClaim): readonly string[] => {
  const node = metadata.annotations?.[SELECTED_NODE];
  return node === undefined || spec?.volumeName ? [] : [node];
};
