import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { createInformer } from '../../kube/client/informer.ts';
import { updateObject } from '../../kube/client/update.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { Watched } from '../../model/advancedclient.ts';
import { environmentObjectName, fullName } from '../../model/names.ts';
import {
  ENVIRONMENTS,
  type Environment,
  type NotifyRule,
  PILOTAGE_NAMESPACE,
  PROMOTIONS,
  type Promotion,
  RELEASES,
  type Release,
} from '../../model/types.ts';
import { decide } from './decide.ts';
import { factsOf } from './facts.ts';
import { toldOf, withTold } from './told.ts';

export interface DeciderOptions {
  readonly home: KubeClient;
  readonly watched: Watched;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Records on each Environment what its channels are owed, after what its records say. It sends nothing, so nothing that hangs is near it. */
export function createDecider({ home, watched, clock, logger }: DeciderOptions): Controller {
  const inNamespace = { client: home, namespace: PILOTAGE_NAMESPACE, clock, logger };
  const { environments } = watched;
  const releases = createInformer<Release>({ ...inNamespace, resource: RELEASES });
  const promotions = createInformer<Promotion>({ ...inNamespace, resource: PROMOTIONS });
  const targetOf = ({ spec }: Promotion): string => environmentObjectName(spec.delivery, spec.to);
  const promotionsTo = promotions.index((one) => [targetOf(one)]);
  const named = (name: string) => ({ namespace: PILOTAGE_NAMESPACE, name });

  return createController({
    name: 'notices',
    clock,
    logger,
    concurrency: 2,
    watches: [
      watch(environments, ({ metadata }) => [metadata.name ?? '']),
      watch(releases, ({ spec }) => [environmentObjectName(spec.delivery, spec.environment)]),
      watch(promotions, (one) => [targetOf(one)]),
    ],
    async reconcile(key) {
      const environment = environments.get(named(key));
      if (!environment) return undefined;
      const { spec, status } = environment;
      const base = spec.preview && environmentObjectName(spec.delivery, spec.preview.base);
      const rules = base ? forPreviews(environments.get(named(base))) : (spec.notify ?? []);
      if (rules.length === 0 && toldOf(environment) === undefined) return undefined;
      const release = status?.release && releases.get(named(`${key}.${status.release}`));
      const facts = factsOf({ environment, release: release || undefined, promotions: promotionsTo(key) });
      const subject = { name: fullName(environment), facts, rules };
      let againMs: number | undefined;
      await updateObject({
        client: home,
        resource: ENVIRONMENTS,
        key: named(key),
        change(current: Environment) {
          const before = toldOf(current);
          const decision = decide(before, subject, clock.now());
          againMs = decision.againMs;
          return before && deepEqual(before, decision.told) ? undefined : withTold(current, decision.told);
        },
      }).catch(notFoundAsUndefined);
      return againMs === undefined ? undefined : { afterMs: againMs };
    },
  });
}

/** Of a preview only that it answers is told, and to whom its base says: whoever writes its branch names no channel. */
const forPreviews = (base: Environment | undefined): readonly NotifyRule[] =>
  (base?.spec.notify ?? [])
    .filter(({ on }) => on.includes('preview'))
    .map(({ to }) => ({ to, on: ['preview'] }));
