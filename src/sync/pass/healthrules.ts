import type { Repository } from '../../git/types.ts';
import type { UserRules } from '../../health/userrules.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { HealthRule } from '../../model/deliveryfile.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { fileAt } from '../source/deliveryfile.ts';
import type { Pass } from './parts.ts';

/**
 * The rules of users by which an environment is judged: those of the revision that it deploys, and those of what is deployed where
 * revisions are promoted to from here. So a gate asks by the words of what it guards: whoever may only push to the source cannot take
 * them out of the way. Those that cannot be read stay as they were.
 */
export async function healthRules({ options, environment, target, memory }: Pass): Promise<UserRules> {
  const { delivery } = environment.spec;
  const targets = options.environments.targetsOf(environment);
  const guarded = [...new Set(targets.flatMap(({ status }) => status?.deployedRevision ?? []))].sort();
  const key = [target, ...guarded].join(' ');
  if (memory.health?.key !== key) {
    const read = await rulesAt(await options.repository(delivery), [target, ...guarded]);
    if (read.isWhole) memory.health = { key, rules: read.rules };
    else memory.health ??= { key: '', rules: read.rules };
  }
  const { rules } = memory.health;
  return { rules, delivery, allowed: await allowedBy(options, delivery, rules) };
}

/** What the files of these revisions say, as far as they can be read. */
async function rulesAt(
  repository: Repository | undefined,
  revisions: readonly string[],
): Promise<{ readonly rules: readonly HealthRule[]; readonly isWhole: boolean }> {
  const files = await Promise.all(
    revisions.map(async (revision) => {
      if (repository === undefined) return 'unreadable';
      const file = await fileAt(repository, revision).catch(() => 'unreadable' as const);
      if (file === 'unreadable' || file?.ok === false) return 'unreadable';
      return file?.value.health ?? [];
    }),
  );
  return {
    rules: files.flatMap((rules) => (rules === 'unreadable' ? [] : rules)),
    isWhole: !files.includes('unreadable'),
  };
}

async function allowedBy(
  { home }: Pass['options'],
  delivery: string,
  rules: readonly HealthRule[],
): Promise<ReadonlySet<string>> {
  if (rules.length === 0) return new Set();
  const key = { namespace: PILOTAGE_NAMESPACE, name: delivery };
  const found = await home.get(DELIVERIES, key).catch(notFoundAsUndefined);
  return new Set(found?.spec.healthRules ?? []);
}
