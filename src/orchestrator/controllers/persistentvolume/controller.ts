import { rfc3339 } from '../../../base/clock.ts';
import { keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import { createMutationCache } from '../../../kube/client/mutationcache.ts';
import { byClaim } from '../../../kube/client/podindexes.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../kube/kinds/objects.data.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../../kube/kinds/resources.data.ts';
import { BETA_STORAGE_PROVISIONER, STORAGE_PROVISIONER } from '../../../kube/kinds/volumes/annotations.ts';
import { boundVolume } from '../../../kube/kinds/volumes/matching.ts';
import { IS_DEFAULT_CLASS, newestDefault, storageClass } from '../../../kube/kinds/volumes/storageclass.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { isNotFound, notFoundAsUndefined } from '../../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { createTeller } from '../happening.ts';
import { boundClaim, claimStatus } from './claimstatus.ts';
import { type ClaimAction, decideClaim } from './decide.ts';
import { decideVolume } from './decidevolume.ts';

type Claim = PersistentVolumeClaim;
type Volume = PersistentVolume;

const OPTIONS = { fieldManager: MANAGER };

/** Binds claims to volumes, asks provisioners for what is missing, and keeps the phases of both. */
export function createVolumeBinder(context: ControllerContext): Controller {
  const { clock, logger, informers, record } = context;
  const { pods, storageClasses } = informers;
  const claims = createMutationCache(informers.claims, PERSISTENT_VOLUME_CLAIMS);
  const volumes = createMutationCache(informers.volumes, PERSISTENT_VOLUMES);
  const client = claims.recording(volumes.recording(context.client));
  const podsOf = pods.index(byClaim);
  const { tell, forget } = createTeller(record);

  /** Keys of claims have a namespace; those of volumes have none. */
  async function reconcile(key: string): Promise<undefined> {
    const { namespace, name } = splitKey(key);
    try {
      if (namespace === undefined) await reconcileVolume(name);
      else await reconcileClaim(key);
    } catch (error) {
      // Deleted meanwhile: the watch brings us here again.
      if (!isNotFound(error)) throw error;
    }
  }

  async function reconcileClaim(key: string): Promise<void> {
    const claim = claims.get(splitKey(key));
    if (!claim) return forget(key);
    const action = decideClaim({
      claim,
      volumes: volumes.list(),
      class: storageClasses.get({ name: storageClass(claim) }),
      defaultClass: newestDefault(storageClasses.list(), IS_DEFAULT_CLASS),
      unscheduled: podsOf(key).flatMap(({ metadata, spec }) => (spec.nodeName ? [] : (metadata.name ?? []))),
    });
    await act(claim, action);
  }

  async function act(claim: Claim, action: ClaimAction): Promise<void> {
    switch (action.type) {
      case 'bind':
        return bind(action.volume, claim);
      case 'wait':
        tell(claim, action.happening);
        return writeStatus(claim, claimStatus(claim, 'Pending'));
      case 'lose':
        if (claim.status?.phase === 'Lost') return;
        await writeStatus(claim, claimStatus(claim, 'Lost'));
        return tell(claim, action.happening);
      case 'name class':
        await updateClaim({ ...claim, spec: { ...claim.spec, storageClassName: action.name } });
        return;
      case 'ask':
        await ask(claim, action.provisioner);
        return tell(claim, action.happening);
    }
  }

  /** The volume first: two claims cannot get the same one. */
  async function bind(volume: Volume, claim: Claim): Promise<void> {
    const taken = boundVolume(volume, claim);
    const held = taken === volume ? volume : await client.update(PERSISTENT_VOLUMES, taken, OPTIONS);
    await writePhase(held, 'Bound');
    const bound = boundClaim(claim, held);
    const kept = bound === claim ? claim : await updateClaim(bound);
    await writeStatus(kept, claimStatus(kept, 'Bound', held));
    tell(claim, undefined);
  }

  const updateClaim = (claim: Claim): Promise<Claim> =>
    client.update(PERSISTENT_VOLUME_CLAIMS, claim, OPTIONS);

  async function ask({ metadata, ...claim }: Claim, provisioner: string): Promise<void> {
    const asked = { [STORAGE_PROVISIONER]: provisioner, [BETA_STORAGE_PROVISIONER]: provisioner };
    const annotations = { ...metadata.annotations, ...asked };
    if (!deepEqual(annotations, metadata.annotations))
      await updateClaim({ ...claim, metadata: { ...metadata, annotations } });
  }

  async function writeStatus(claim: Claim, status: Claim['status']): Promise<void> {
    if (deepEqual(status, claim.status)) return;
    const changed = { ...claim, ...(status ? { status } : {}) };
    await client.update(PERSISTENT_VOLUME_CLAIMS, changed, { ...OPTIONS, subresource: 'status' });
  }

  async function writePhase(volume: Volume, phase: string, message = ''): Promise<void> {
    if (volume.status?.phase === phase) return;
    const status = {
      phase,
      lastPhaseTransitionTime: rfc3339(clock.now()),
      ...(message === '' ? {} : { message }),
    } as NonNullable<Volume['status']>;
    await client.update(PERSISTENT_VOLUMES, { ...volume, status }, { ...OPTIONS, subresource: 'status' });
  }

  async function reconcileVolume(name: string): Promise<void> {
    const volume = volumes.get({ name });
    if (!volume) return forget(name);
    const claim = await claimOf(volume);
    const action = decideVolume(volume, claim);
    if (action?.type === 'phase') await writePhase(volume, action.phase);
    if (action?.type === 'claim' && claim) controller.enqueue(keyOf(claim.metadata));
    if (action?.type === 'unbind') {
      const free = await client.update(PERSISTENT_VOLUMES, action.volume, OPTIONS);
      await writePhase(free, 'Available');
    }
    if (action?.type === 'fail') {
      await writePhase(volume, 'Failed', action.happening.message);
      tell(volume, action.happening);
    }
    if (action?.type === 'tell') {
      tell(volume, action.volume);
      if (claim) tell(claim, action.claim);
    }
  }

  /** The cache may lag behind a claim that was just made: nothing is released before the API has said that its claim is gone. */
  async function claimOf({ spec }: Volume): Promise<Claim | undefined> {
    const { namespace = '', name = '', uid } = spec?.claimRef ?? {};
    if (!uid) return undefined;
    const cached = claims.get({ namespace, name });
    if (cached?.metadata.uid === uid) return cached;
    const live = await client.get(PERSISTENT_VOLUME_CLAIMS, { namespace, name }).catch(notFoundAsUndefined);
    return live?.metadata.uid === uid ? live : undefined;
  }

  const waiting = (): readonly string[] =>
    claims.list().flatMap((claim) => (claim.status?.phase === 'Bound' ? [] : [keyOf(claim.metadata)]));
  /** The claim of a volume and, of one that any may take, all that wait. */
  const concerned = ({ metadata, spec, status }: Volume): readonly string[] => {
    const { namespace = '', name = '' } = spec?.claimRef ?? {};
    if (spec?.claimRef) return [keyOf(metadata), keyOf({ namespace, name })];
    return [keyOf(metadata), ...(status?.phase === 'Available' ? waiting() : [])];
  };

  const controller: Controller = createController({
    name: 'persistentvolume-binder',
    clock,
    logger,
    // One after the other: two claims would compete for the same volume.
    concurrency: 1,
    watches: [
      watch(informers.claims, ({ metadata, spec }) => [
        keyOf(metadata),
        ...(spec?.volumeName ? [spec.volumeName] : []),
      ]),
      watch(informers.volumes, concerned),
      watch(storageClasses, waiting),
      watch(pods, (pod) => (pod.spec.nodeName ? [] : byClaim(pod))),
    ],
    reconcile,
  });
  return controller;
}
