import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Again } from '../../base/queue.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { type Controller, createController, type Watch, watch } from '../../kube/client/controller.ts';
import { createInformer } from '../../kube/client/informer.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { advancedSince } from '../../model/advanced.ts';
import { advancedInformer } from '../../model/advancedclient.ts';
import {
  DELIVERIES,
  type Delivery,
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
} from '../../model/types.ts';
import type { Forge, ForgeAnswer, ForgeOf } from '../forge.ts';
import { type Shown, shownOf } from './decide.ts';
import { isSame, SENT, type Sent, sentOf } from './sent.ts';

export interface ReporterOptions {
  readonly home: KubeClient;
  readonly forge: ForgeOf;
  /** Where people elsewhere open the face; undefined: nobody said so. */
  readonly face?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is on its way changes often at first: the state that follows within this time is sent in its place. */
const SETTLES_MS = 2_000;
/** A right that is missing is not there a minute later; a forge that fails may be. */
const REFUSED_MS = 15 * 60_000;
const FAILED_MS = 60_000;

/**
 * Shows at the forge what becomes of each environment: a status at its commit (`pilotage/dev`), and a deployment where the forge knows
 * them. Works from records, after the fact: nothing waits for it, and what a crash has left out is sent afterwards.
 */
export function createReporter({ home, forge: forgeOf, face, clock, logger }: ReporterOptions): Controller {
  const inNamespace = { client: home, namespace: PILOTAGE_NAMESPACE, clock, logger };
  const deliveries = createInformer<Delivery>({ ...inNamespace, resource: DELIVERIES });
  const environments = advancedInformer(
    createInformer<Environment>({ ...inNamespace, resource: ENVIRONMENTS }),
    deliveries,
  );
  const nameOf = ({ metadata }: Environment): string => metadata.name ?? '';
  const byUid = environments.index(({ metadata: { uid } }) => (uid === undefined ? [] : [uid]));
  const byDelivery = environments.index(({ spec }) => [spec.delivery]);
  /** A commit that leaves an environment alone stands in its Delivery; and so does which forge there is. */
  const deliveryChanges: Watch = {
    ...watch(deliveries, () => []),
    connect(enqueue) {
      const wake = (delivery: Delivery, before?: Delivery): void => {
        const { name = '' } = delivery.metadata;
        const isOther = JSON.stringify(before?.spec) !== JSON.stringify(delivery.spec);
        const changed = isOther ? byDelivery(name) : advancedSince(delivery, before).flatMap(byUid);
        for (const environment of changed) enqueue(nameOf(environment));
      };
      return deliveries.listen({ add: wake, update: wake });
    },
  };
  return createController({
    name: 'forge-status',
    clock,
    logger,
    concurrency: 2,
    watches: [watch(environments, (changed) => [nameOf(changed)]), deliveryChanges],
    async reconcile(key) {
      const environment = environments.get({ namespace: PILOTAGE_NAMESPACE, name: key });
      const shown = environment && shownOf(environment, face);
      if (!environment || !shown) return undefined;
      const forge = await forgeOf(environment.spec.delivery);
      return forge && tell({ home, clock, logger }, { environment, shown, forge });
    },
  });
}

interface Telling {
  readonly environment: Environment;
  readonly shown: Shown;
  readonly forge: Forge;
}

async function tell(
  { home, clock, logger }: Omit<ReporterOptions, 'forge' | 'face'>,
  { environment, shown, forge }: Telling,
): Promise<Again> {
  const said = sentOf(environment);
  const sent = said?.to === forge.at ? said : undefined;
  if (sent && isSame(sent, shown)) return undefined;
  const soon = sent ? sent.at + SETTLES_MS - clock.now() : 0;
  if (shown.state === 'pending' && soon > 0 && soon <= SETTLES_MS) return { afterMs: soon };
  const answer = await sendAll(forge, environment, sent, shown);
  if (!answer.ok) {
    const { delivery, environment: name } = environment.spec;
    const { reason, message, remedy } = answer.problem;
    logger.warn({ target: `${delivery}/${name}`, reason, message, remedy }, 'not shown at its forge');
    if (answer.until !== undefined) return { afterMs: answer.until - clock.now() };
    const isRefusal = ['RightMissing', 'TokenRefused', 'TokenMissing', 'Refused', 'NotFound'].includes(
      reason,
    );
    return { afterMs: isRefusal ? REFUSED_MS : FAILED_MS };
  }
  const record: Sent = { ...shown, at: clock.now(), to: forge.at };
  const key = { namespace: PILOTAGE_NAMESPACE, name: environment.metadata.name ?? '' };
  const body = { metadata: { annotations: { [SENT]: JSON.stringify(record) } } };
  await home.patch(ENVIRONMENTS, key, { type: 'merge', body }).catch(notFoundAsUndefined);
  return undefined;
}

async function sendAll(
  forge: Forge,
  { spec }: Environment,
  sent: Sent | undefined,
  shown: Shown,
): Promise<ForgeAnswer<undefined>> {
  const name = `pilotage/${spec.environment}`;
  const { revision, state, description, url, deployment } = shown;
  // What was on its way would be pending at its commit for ever.
  if (sent && sent.revision !== revision && sent.state === 'pending') {
    const overtaken = { name, state: 'error', description: `Overtaken by ${revision.slice(0, 7)}.` } as const;
    const answer = await forge.setStatus(sent.revision, overtaken);
    // A commit that is gone there needs no end.
    if (!answer.ok && answer.until !== undefined) return answer;
  }
  const at = url ? { url } : {};
  const answer = await forge.setStatus(revision, { name, state, description, ...at });
  if (!answer.ok || !deployment || !forge.deploy) return answer;
  return forge.deploy({
    environment: spec.environment,
    revision,
    branch: spec.branch,
    state: deployment,
    description: description.slice(0, 140),
    ...at,
  });
}
