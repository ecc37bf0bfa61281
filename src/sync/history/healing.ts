import { problemOf } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { createEventRecorder } from '../../kube/client/events.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { type Environment, PILOTAGE_NAMESPACE, RELEASES } from '../../model/types.ts';
import type { SyncOptions } from '../options.ts';
import { healedDrift, remedyOf, withHealed } from '../plan/drift.ts';
import { refKey } from '../plan/refkey.ts';
import type { Step } from '../plan/types.ts';
import { changeRelease, releaseName } from './releases.ts';

/** Recorded where people look: an event of the object and a line in the history. Neither may stop the healing. */
export async function recordHealing(
  options: SyncOptions,
  client: KubeClient,
  environment: Environment,
  steps: readonly Step[],
  written: ReadonlyMap<string, KubeObject>,
): Promise<void> {
  const { home, clock, logger } = options;
  const done = steps.filter(({ ref }) => written.has(refKey(ref)));
  const healed = done.map((step) => healedDrift(step, clock.now()));
  logger.info(
    { environment: environment.metadata.name, healed: healed.map(({ object }) => object) },
    'healed drift',
  );
  const recorder = createEventRecorder({ client, clock, logger, component: 'pilotage' });
  for (const [i, one] of healed.entries()) {
    const object = written.get(refKey(done[i]?.ref ?? { apiVersion: '', kind: '', name: '' }));
    if (object)
      recorder.record(
        object,
        'Normal',
        'DriftHealed',
        `Set back to what git says: ${one.by} ${one.change}; ${remedyOf(one)}`,
      );
  }
  const number = environment.status?.release;
  if (number === undefined) return;
  try {
    const key = { namespace: PILOTAGE_NAMESPACE, name: releaseName(environment, number) };
    const release = await home.get(RELEASES, key).catch(notFoundAsUndefined);
    if (release) await changeRelease(home, release, { healed: withHealed(release.status?.healed, healed) });
  } catch (error) {
    logger.warn(
      { environment: environment.metadata.name, error: problemOf(error).message },
      'healing is not in the history',
    );
  }
}
