import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Again } from '../../base/queue.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { type Controller, createController, type Watch, watch } from '../../kube/client/controller.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { type Watched, watchAdvances } from '../../model/advancedclient.ts';
import { type Delivery, ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { hasForge } from '../delivered.ts';
import type { Forge, ForgeAnswer, ForgeOf } from '../forge.ts';
import { type Shown, shownOf } from './decide.ts';
import { isSame, SENT, type Sent, sentOf } from './sent.ts';

export interface ReporterOptions {
  readonly home: KubeClient;
  readonly watched: Watched;
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
export function createReporter(options: ReporterOptions): Controller {
  const { home, watched, forge: forgeOf, face, clock, logger } = options;
  const { deliveries, environments } = watched;
  const nameOf = ({ metadata }: Environment): string => metadata.name ?? '';
  const byDelivery = environments.index(({ spec }) => [spec.delivery]);
  /** Which forge there is. */
  const forgeChanges: Watch = {
    ...watch(deliveries, () => []),
    connect(enqueue) {
      const wake = (delivery: Delivery, before?: Delivery): void => {
        if (deepEqual(before?.spec, delivery.spec)) return;
        for (const environment of byDelivery(delivery.metadata.name ?? '')) enqueue(nameOf(environment));
      };
      return deliveries.listen({ add: wake, update: wake });
    },
  };
  return createController({
    name: 'forge-status',
    clock,
    logger,
    concurrency: 2,
    watches: [
      watch(environments, (changed) => [nameOf(changed)]),
      watchAdvances(watched, (changed) => [nameOf(changed)]),
      forgeChanges,
    ],
    async reconcile(key) {
      const environment = environments.get({ namespace: PILOTAGE_NAMESPACE, name: key });
      const shown = environment && shownOf(environment, face);
      if (!environment || !shown) return undefined;
      const { delivery: name } = environment.spec;
      if (!hasForge(deliveries.get({ namespace: PILOTAGE_NAMESPACE, name }))) return undefined;
      const forge = await forgeOf(name);
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
  { home, clock, logger }: Pick<ReporterOptions, 'home' | 'clock' | 'logger'>,
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
