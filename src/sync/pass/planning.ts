import type { KubeClient } from '../../kube/client/client.ts';
import { apiVersionOf, type ObjectRef, type Resource } from '../../kube/values/types.ts';
import { fullName } from '../../model/names.ts';
import type { Environment } from '../../model/types.ts';
import { actingAs } from '../cluster/identity.ts';
import { type Agreement, observe } from '../cluster/observe.ts';
import { planOf } from '../plan/plan.ts';
import type { PlanInput, PlannedHooks } from '../plan/planinput.ts';
import type { Desired, Observation, Owner, Plan } from '../plan/types.ts';

/** What a plan leads to: the objects of a revision, or none of them. */
export interface Wanted {
  readonly desired: readonly Desired[];
  readonly hooks?: PlannedHooks;
  /** Namespaces that the environment may write to. */
  readonly namespaces: readonly string[];
  /** `refKey` → what the last complete apply wrote. */
  readonly previous: PlanInput['previous'];
  /** `shop/prod`: every environment that there is. */
  readonly environments: PlanInput['environments'];
  readonly pruneModes?: PlanInput['pruneModes'];
  readonly confirmed?: PlanInput['confirmed'];
  readonly isTeardown?: boolean;
  readonly confirmedPrune: boolean;
  readonly confirmedRecreate: boolean;
}

/** Delivering nothing is how an environment is deleted: the plan prunes all that may be pruned. A person has agreed to that. */
export const nothingWanted = (environment: Environment): Wanted => ({
  desired: [],
  namespaces: [environment.spec.namespace],
  previous: new Map(),
  environments: new Set([fullName(environment)]),
  isTeardown: true,
  confirmedPrune: true,
  confirmedRecreate: false,
});

export interface Planned {
  /** Acts as the environment. */
  readonly client: KubeClient;
  readonly plan: Plan;
  readonly observed: ReadonlyMap<string, Observation>;
}

export interface PlanningOptions {
  readonly client: KubeClient;
  readonly owner: Owner;
  /** Kinds that the cluster serves. */
  readonly served: readonly Resource[];
  readonly agreements?: Map<string, Agreement>;
  readonly signal: AbortSignal;
}

/** Looks at the cluster and plans the way from what is there to what is wanted. Writes nothing. */
export async function planTowards(
  wanted: Wanted,
  environment: Environment,
  { client, owner, served, agreements, signal }: PlanningOptions,
): Promise<Planned> {
  const { desired, namespaces, hooks } = wanted;
  const inventory = environment.status?.inventory ?? [];
  const resourceOf = resourceAmong(served);
  const due = hooks?.due ?? [];
  const objects = [...desired, ...due, ...inventory.map((ref) => ({ ref, resource: resourceOf(ref) }))];
  const acting = actingAs(client, environment, { owner, namespaces, objects });
  // One that is under way has been tried and made.
  const untried = due.filter(({ record }) => record === undefined);
  const { observed } = await observe(acting, [...desired, ...untried], inventory, signal, agreements);
  const plan = planOf({
    ...wanted,
    inventory,
    observed,
    owner,
    resourceOf,
    adopted: new Set(environment.spec.adopt?.map(({ uid }) => uid)),
    environment: fullName(environment),
  });
  return { client: acting, plan, observed };
}

const resourceAmong =
  (served: readonly Resource[]) =>
  (ref: ObjectRef): Resource | undefined =>
    served.find((row) => row.kind === ref.kind && apiVersionOf(row) === ref.apiVersion);
