import type { Environment } from '../../model/types.ts';

/** An environment that is waited for; undefined: there is none of that name. */
export interface Needed {
  /** `shop/infra` */
  readonly name: string;
  readonly environment: Environment | undefined;
}

/**
 * What a rollout of `target` waits for before it begins: that each environment it depends on is healthy at the revision that it wants; where both
 * follow one branch, at this one, so that one push to both goes in order. Undefined: it may begin.
 */
export function unmetDependency(
  needed: readonly Needed[],
  { spec: { branch } }: Environment,
  target: string,
): string | undefined {
  for (const { name, environment } of needed) {
    const problem = environment ? notReady(environment, branch, target) : 'to exist: nothing defines it';
    if (problem) return `environment ${name} ${problem}`;
  }
  return undefined;
}

function notReady({ spec, status }: Environment, branch: string, target: string): string | undefined {
  const { wantedRevision, deployedRevision, health, phase, message } = status ?? {};
  const wanted = spec.pin?.revision ?? (spec.branch === branch ? target : wantedRevision);
  const because = phase === 'Failed' && message ? `; it has failed: ${message.split('\n')[0]}` : '';
  if (wanted === undefined || deployedRevision !== wanted)
    return `to deliver ${wanted?.slice(0, 12) ?? 'anything'}${because}`;
  return health === 'Healthy' ? undefined : `to be healthy, which is ${health}${because}`;
}
