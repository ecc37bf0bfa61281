import { rfc3339 } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';

/** Changes the spec of an environment as a person asks; null removes a member. */
export function changeSpec(home: KubeClient, name: string, spec: JsonObject): Promise<Environment> {
  return home.patch<Environment>(
    ENVIRONMENTS,
    { namespace: PILOTAGE_NAMESPACE, name },
    { type: 'merge', body: { spec } },
    { fieldManager: 'pilotage' },
  );
}

export interface Pin {
  readonly revision: string;
  readonly reason: string;
  readonly by?: string;
  /** Number of the release that a rollback goes back to. */
  readonly release?: number;
}

/** Holds a revision, whatever the branch says, until `unpin`. */
export function pin(
  home: KubeClient,
  name: string,
  { revision, reason, by, release }: Pin,
  now: number,
): Promise<Environment> {
  // A merge patch keeps the members that it does not name: what the pin before said of itself is named as null.
  const whose = { by: by || null, release: release ?? null };
  return changeSpec(home, name, { pin: { revision, reason, since: rfc3339(now), ...whose } });
}

export const unpin = (home: KubeClient, name: string) => changeSpec(home, name, { pin: null });
