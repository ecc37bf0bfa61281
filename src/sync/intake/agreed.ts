import { canonicalJson } from '../../kube/values/equal.ts';
import { sourcesOf } from '../../model/promotionsources.ts';
import type { Environment, Release } from '../../model/types.ts';
import { declaredAt } from './govern.ts';
import type { RegisterOptions } from './register.ts';

export interface AgreedOptions extends Pick<RegisterOptions, 'repository'> {
  /** The history of an environment, newest first. */
  readonly releasesOf: (environment: Environment['spec']) => readonly Release[];
}

/**
 * Whether a gate that leads to `target` may have something done in its source (a test run, a Service asked). Anybody who pushes names the source
 * of a new environment: where the way into that source is guarded itself, what is done there has to have come that way too, so that a
 * pilotage.yaml that was deployed there says the same of the gate.
 */
export async function mayAskOf(
  options: AgreedOptions,
  source: Environment,
  target: Environment,
  gate: string,
): Promise<boolean> {
  if (source.status?.promotionPolicy === undefined) return true;
  const setting = canonicalJson(target.status?.promotionPolicy?.gates[gate] ?? null);
  const released = options
    .releasesOf(source.spec)
    .filter(({ spec }) => spec.cause !== 'pin')
    .map(({ spec }) => spec.revision);
  for (const revision of new Set([source.status.deployedRevision ?? '', ...released])) {
    const said = revision === '' ? undefined : await declaredAt(options, target, revision);
    const policy = said?.promotion;
    if (!policy || !sourcesOf(policy).includes(source.spec.environment)) continue;
    if (canonicalJson(policy.gates[gate] ?? null) === setting) return true;
  }
  return false;
}

/** Those of `all` whose gate `tests` the source has agreed to. */
export async function agreedTargets(
  options: AgreedOptions,
  source: Environment,
  all: readonly Environment[],
): Promise<readonly Environment[]> {
  if (source.status?.promotionPolicy === undefined) return all;
  const asking = all.filter(
    ({ spec, status }) =>
      spec.delivery === source.spec.delivery && status?.promotionPolicy?.gates.tests !== undefined,
  );
  const may = await Promise.all(asking.map((target) => mayAskOf(options, source, target, 'tests')));
  return asking.filter((_, at) => may[at]);
}
