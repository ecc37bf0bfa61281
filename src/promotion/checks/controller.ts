import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ForgeOf } from '../../forge/forge.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { createInformer } from '../../kube/client/informer.ts';
import { updateObject } from '../../kube/client/update.ts';
import { advancedInformer } from '../../model/advancedclient.ts';
import { environmentObjectName } from '../../model/names.ts';
import { DELIVERIES, ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import type { CiSetting } from '../gates/ci.ts';
import { dueAt, recorded, withRow } from './due.ts';

export interface ChecksOptions {
  /** An `advancedClient`. */
  readonly home: KubeClient;
  readonly forge: ForgeOf;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Asks forges what CI says of the commits that the gate `ci` is to let pass, and records it with the target. */
export function createChecksController({ home, forge, clock, logger }: ChecksOptions): Controller {
  const inNamespace = { client: home, namespace: PILOTAGE_NAMESPACE, clock, logger };
  const environments = advancedInformer(
    createInformer({ ...inNamespace, resource: ENVIRONMENTS }),
    createInformer({ ...inNamespace, resource: DELIVERIES }),
  );
  const followers = environments.index(sourcesOf);
  const nameOf = ({ spec }: Environment): string => environmentObjectName(spec.delivery, spec.environment);
  return createController({
    name: 'checks',
    clock,
    logger,
    concurrency: 2,
    watches: [watch(environments, (one) => [nameOf(one), ...followers(nameOf(one)).map(nameOf)])],
    async reconcile(key) {
      const target = environments.get({ namespace: PILOTAGE_NAMESPACE, name: key });
      const setting = target?.status?.promotionPolicy?.gates.ci as CiSetting | undefined;
      if (!target || setting === undefined) return undefined;
      const current = sourcesOf(target).flatMap((name) => {
        const source = environments.get({ namespace: PILOTAGE_NAMESPACE, name });
        return source?.status?.deployedRevision ?? source?.status?.wantedRevision ?? [];
      });
      const rows = target.status?.checks ?? [];
      // What runs in the target by now waits for nothing.
      const waiting = rows
        .map(({ revision }) => revision)
        .filter((one) => one !== target.status?.deployedRevision);
      const revisions = [...new Set([...current, ...waiting])];
      const due = (revision: string): number =>
        dueAt(
          rows.find((row) => row.revision === revision),
          setting,
        );
      const next = revisions.sort((a, b) => due(a) - due(b))[0];
      if (next === undefined) return undefined;
      if (due(next) > clock.now()) return { afterMs: due(next) - clock.now() };
      // The record wakes it for the next one, and says when that is due.
      await ask(target, next, setting);
      return undefined;
    },
  });

  async function ask(target: Environment, revision: string, setting: CiSetting): Promise<void> {
    const found = await forge(target.spec.delivery);
    const problem = {
      reason: 'ForgeMissing',
      message: `${target.spec.delivery} has no forge that could be asked, or no token for it (pilotage connect ${target.spec.delivery} --forge …)`,
    };
    const answer = found ? await found.statuses(revision) : ({ ok: false, problem } as const);
    const now = clock.now();
    const change = (one: Environment): Environment | undefined => {
      if (!one.status) return undefined;
      const rows = one.status.checks ?? [];
      const before = rows.find((row) => row.revision === revision);
      const row = recorded(revision, answer, before, { setting, now });
      return { ...one, status: { ...one.status, checks: withRow(rows, row) } };
    };
    const key = { namespace: PILOTAGE_NAMESPACE, name: target.metadata.name ?? '' };
    await updateObject({ client: home, resource: ENVIRONMENTS, key, change, subresource: 'status' });
  }
}

/** Names of the environments that a target is promoted from. */
const sourcesOf = ({ spec, status }: Environment): readonly string[] => {
  const { from, alsoFrom = [] } = status?.promotionPolicy ?? {};
  return [...(from === undefined ? [] : [from]), ...alsoFrom].map((name) =>
    environmentObjectName(spec.delivery, name),
  );
};
