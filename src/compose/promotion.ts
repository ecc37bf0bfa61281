/** Promotion with all that it is handed: how a merge is rehearsed and published. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { ForgeOf } from '../forge/forge.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { PlanReport } from '../model/faces.ts';
import type { PromoteOptions, PromotionCache, PromotionSources } from '../promotion/options.ts';
import { refuseUnsigned } from '../promotion/permit/signed.ts';
import { pushToRemote } from '../sync/intake/remotes.ts';
import { changeSpec, pin } from '../sync/state/pin.ts';
import { imagePinner } from './imagepins.ts';
import type { Repositories } from './repositories.ts';
import type { Signatures } from './signatures.ts';
import type { Synced } from './sync.ts';

export interface PromotionParts extends Synced {
  readonly home: KubeClient;
  /** The same cluster, by the client that may change what environments are held at. */
  readonly deliveryHome: KubeClient;
  readonly repositories: Repositories;
  readonly promotions: PromotionCache;
  readonly groups: NonNullable<PromotionSources['groups']>;
  readonly forge: ForgeOf;
  readonly signatures: Signatures;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function composePromotion(parts: PromotionParts): PromoteOptions {
  const { home, repositories, sync, clock, logger } = parts;
  return {
    home,
    clock,
    logger,
    repository: repositories.find,
    promotions: parts.promotions,
    groups: parts.groups,
    releases: sync.releasesOf,
    author: { name: 'Pilotage', email: 'pilotage@localhost' },
    rehearse: async (target, revision) => {
      const { spec } = target;
      const unsigned = await refuseUnsigned(
        parts.signatures,
        await repositories.find(spec.delivery),
        target,
        revision,
      );
      // Nothing of it is rendered.
      if (unsigned) return [unsigned];
      const plan = await sync.plan(spec.delivery, spec.environment, { revision });
      return plan.ok ? [] : plan.problems;
    },
    publish: publisher(parts),
    suspensionOf: sync.suspensionOf,
    forge: parts.forge,
    look: repositories.remotes.poke,
    outline: async ({ spec }, revision) => {
      const plan = await sync.plan(spec.delivery, spec.environment, { revision });
      return plan.ok ? outlineOf(plan.value) : [];
    },
    changeSpec: ({ metadata }, spec) => changeSpec(parts.deliveryHome, metadata.name ?? '', spec),
    imageEdits: sync.imageEdits,
    pinImage: imagePinner(home),
    hold: ({ metadata }, held) => pin(parts.deliveryHome, metadata.name ?? '', held, clock.now()),
  };
}

/** `update Deployment web`; what stays as it is is left out. */
const outlineOf = ({ steps }: PlanReport): readonly string[] =>
  steps
    .filter(({ action }) => action !== 'keep' && action !== 'unchanged')
    .map(({ action, object }) => `${action} ${object.kind} ${object.name}`);

function publisher({
  repositories: { hosted, remotes },
  observer,
}: Pick<PromotionParts, 'repositories' | 'observer'>): PromoteOptions['publish'] {
  return async ({ delivery: name, branch, oid, expected, by }) => {
    if (await remotes.remote(name)) return pushToRemote(remotes, name, branch, oid, expected);
    const repository = await hosted.find(name);
    if (!repository || !(await repository.moveBranch(branch, oid, expected))) return 'rejected';
    // The branch has moved whatever becomes of the record, which is retried.
    await observer.observe(name, { user: by, tips: { [branch]: oid } }).catch(() => []);
    return 'pushed';
  };
}
