import { staysAfter } from './stays.ts';
import type { Advance, Delivery, Environment, EnvironmentStatus } from './types.ts';

/**
 * The environment as it stands: its own record, with the last commit that left it alone in the place of the one that the record names.
 * Whoever reads an environment reads it through this, by `advancedClient` or `advancedInformer`. A record that was written since then
 * wins, for it has counted that commit. Pure; to advance again is to advance once, by the later of the two.
 */
export function advanced(environment: Environment, delivery: Delivery | undefined): Environment {
  const { metadata, status } = environment;
  const advance = advancesIn(delivery).get(metadata.uid ?? '');
  if (advance === undefined || status?.wantedRevision === undefined) return environment;
  if ((status.observation ?? 0) >= advance.observation) return environment;
  const known = joined.get(environment);
  if (known?.advance === advance) return known.whole;
  const whole = { ...environment, status: advancedStatus(status, advance) };
  joined.set(environment, { advance, whole });
  return whole;
}

function advancedStatus(
  { wantedBy: _before, ...status }: EnvironmentStatus,
  { revision, tree, at, by, observation }: Advance,
): EnvironmentStatus {
  const { wantedRevision: own, deployedRevision, assessedRevision, healthySince } = status;
  // Another revision than the wanted one, which a pin may hold, is not what this commit is the same as.
  const isDeployed = deployedRevision === own;
  return {
    ...status,
    wantedRevision: revision,
    ...(by === undefined ? {} : { wantedBy: by }),
    observation,
    ...(isDeployed ? { deployedRevision: revision, deployedTree: tree } : {}),
    ...(isDeployed && healthySince !== undefined ? { healthySince: later(healthySince, at) } : {}),
    ...(isDeployed && status.ran !== undefined
      ? { ran: staysAfter(status.ran, revision, Date.parse(at)) }
      : {}),
    ...(assessedRevision === own ? { assessedRevision: revision } : {}),
  };
}

/** A commit that leaves an environment alone. */
export type LeavingCommit = Pick<Advance, 'revision' | 'tree' | 'at' | 'by'>;

/**
 * What a Delivery is to record once commits were observed that leave some of its environments alone. `known` are all of its environments
 * as they stood before. What is recorded of the others stays until records of their own have overtaken it. Pure.
 */
export function advancesAfter(
  delivery: Delivery,
  known: readonly Environment[],
  left: ReadonlyMap<Environment, LeavingCommit>,
): readonly Advance[] {
  const before = advancesIn(delivery);
  const rows = new Map<string, Advance & { readonly environments: string[] }>();
  for (const environment of known) {
    const { uid = '' } = environment.metadata;
    const observation = environment.status?.observation ?? 0;
    const commit = left.get(environment);
    const recorded = before.get(uid);
    const now = commit ?? recorded;
    const count = commit ? observation + 1 : recorded?.observation;
    if (now === undefined || count === undefined || observation > count) continue;
    const key = `${now.revision} ${now.at} ${count}`;
    const row = rows.get(key) ?? { ...now, observation: count, environments: [] };
    row.environments.push(uid);
    rows.set(key, row);
  }
  return [...rows.values()];
}

/** The UIDs of the environments that commits have left alone since a Delivery was `before`; undefined: it was not there. Pure. */
export function advancedSince(delivery: Delivery, before: Delivery | undefined): readonly string[] {
  const known = advancesIn(before);
  return [...advancesIn(delivery)].flatMap(([uid, { observation }]) =>
    known.get(uid)?.observation === observation ? [] : [uid],
  );
}

/** The last commit that left an environment alone, by its UID. */
function advancesIn(delivery: Delivery | undefined): ReadonlyMap<string, Advance> {
  const { advanced } = delivery?.status ?? {};
  if (advanced === undefined) return NONE;
  const known = indexed.get(advanced);
  if (known) return known;
  const index = new Map(advanced.flatMap((row) => row.environments.map((uid) => [uid, row] as const)));
  indexed.set(advanced, index);
  return index;
}

/** Of what is stored, which never changes: one Delivery is asked about thousands of environments, and each of them again and again. */
const indexed = new WeakMap<readonly Advance[], ReadonlyMap<string, Advance>>();
const joined = new WeakMap<Environment, { readonly advance: Advance; readonly whole: Environment }>();
const NONE: ReadonlyMap<string, Advance> = new Map();

/** Both as RFC 3339 in UTC to the second, so that the order of the text is that of time. */
const later = (one: string, other: string): string => (one > other ? one : other);
