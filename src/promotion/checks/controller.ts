import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ForgeOf } from '../../forge/forge.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { updateObject } from '../../kube/client/update.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { type Watched, watchAdvances } from '../../model/advancedclient.ts';
import { sourceObjects } from '../../model/promotionsources.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import type { CiSetting } from '../gates/ci.ts';
import { dueAt, recorded, revisionsToAsk, withRow } from './due.ts';

export interface ChecksOptions {
  /** An `advancedClient`. */
  readonly home: KubeClient;
  readonly watched: Watched;
  readonly forge: ForgeOf;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Asks forges what CI says of the commits that the gate `ci` is to let pass, and records it with the target. */
export function createChecksController({ home, watched, forge, clock, logger }: ChecksOptions): Controller {
  const { environments } = watched;
  const followers = environments.index(sourceObjects);
  const nameOf = ({ metadata }: Environment): string => metadata.name ?? '';
  const concerned = (changed: Environment): readonly string[] =>
    [changed, ...followers(nameOf(changed))].map(nameOf);
  return createController({
    name: 'checks',
    clock,
    logger,
    concurrency: 2,
    watches: [watch(environments, concerned), watchAdvances(watched, concerned)],
    async reconcile(key) {
      const target = environments.get({ namespace: PILOTAGE_NAMESPACE, name: key });
      const setting = target?.status?.promotionPolicy?.gates.ci as CiSetting | undefined;
      if (!target || setting === undefined) return undefined;
      const sources = sourceObjects(target).flatMap(
        (name) => environments.get({ namespace: PILOTAGE_NAMESPACE, name }) ?? [],
      );
      const rows = target.status?.checks ?? [];
      const revisions = [...revisionsToAsk(target, sources)];
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
    await updateObject({ client: home, resource: ENVIRONMENTS, key, change, subresource: 'status' }).catch(
      notFoundAsUndefined,
    );
  }
}
