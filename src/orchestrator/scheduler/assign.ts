import type { Clock } from '../../base/clock.ts';
import { problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Again } from '../../base/queue.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { DEFAULT_SCHEDULER } from '../../kube/kinds/podspec/schedulers.ts';
import { PODS } from '../../kube/kinds/resources.data.ts';
import { isConflict, isNotFound } from '../../kube/values/status.ts';
import type { RecordPodEvent } from './podevents.ts';
import type { PodInfo } from './podinfo.ts';
import type { VolumeBinding } from './volumebinding.ts';
import type { Needs } from './volumes.ts';

export interface AssignOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly storage: Pick<VolumeBinding, 'begin' | 'progress'>;
  readonly record: RecordPodEvent;
  /** It did not come to its node: its place there is free. */
  readonly onFailure: (pod: PodInfo, failure: Failure) => void;
}

export type Failure =
  /** Deleted, or bound by another client meanwhile: there is nothing left to do. */
  | { readonly type: 'gone' }
  | { readonly type: 'again' }
  /** Its volumes could not be had there. */
  | { readonly type: 'refused'; readonly message: string };

/** As long as a pod waits for its volumes on the node that was chosen for it (kube-scheduler's default, bindTimeoutSeconds). */
const VOLUMES_MS = 600_000;

/** Brings a pod to the node that was chosen for it: its volumes first, then the pod. Called again as long as it says so. */
export type Assignment = () => Promise<Again>;

export function assignment(options: AssignOptions, pod: PodInfo, node: string, needs: Needs): Assignment {
  const { client, clock, logger, storage, record, onFailure } = options;
  const until = clock.monotonic() + VOLUMES_MS;
  const isDelayed = needs.bindings.length + needs.provisions.length > 0;
  let hasBegun = false;

  async function assign(): Promise<Again> {
    if (!isDelayed) return bind();
    if (!hasBegun) await storage.begin(needs, node);
    hasBegun = true;
    const progress = storage.progress(pod.pod, node);
    const leftMs = until - clock.monotonic();
    if (progress.type === 'bound') return bind();
    if (progress.type === 'waiting' && leftMs > 0) return { afterMs: leftMs };
    const why =
      progress.type === 'failed'
        ? `provisioning failed for PVC "${progress.claim}"`
        : 'context deadline exceeded';
    const message = `running PreBind plugin "VolumeBinding": binding volumes: ${why}`;
    onFailure(pod, { type: 'refused', message });
    return undefined;
  }

  async function bind(): Promise<undefined> {
    const { namespace = '', name = '', uid = '' } = pod.pod.metadata;
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { namespace, name, uid },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    };
    const fieldManager = DEFAULT_SCHEDULER;
    await client.create(PODS, binding, { namespace, subresource: 'binding', fieldManager });
    record(pod.pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
  }

  return async () => {
    try {
      return await assign();
    } catch (error) {
      const isBinding = hasBegun || !isDelayed;
      if (isBinding && (isNotFound(error) || isConflict(error))) onFailure(pod, { type: 'gone' });
      else {
        const fields = { pod: pod.key, node, error: problemOf(error).message };
        if (isConflict(error)) logger.debug(fields, 'somebody was faster at a volume');
        else logger.error(fields, 'a pod could not be bound');
        onFailure(pod, { type: 'again' });
      }
      return undefined;
    }
  };
}
