import { rfc3339 } from '../../base/clock.ts';
import { formatProblem, type Problem, ProblemError } from '../../base/errors.ts';
import type { Again } from '../../base/queue.ts';
import { formatRef, type KubeObject } from '../../kube/values/types.ts';
import { fullName } from '../../model/names.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE, TEARDOWN_FINALIZER } from '../../model/types.ts';
import { clientOf } from '../cluster/access.ts';
import { liveOf } from '../cluster/observe.ts';
import { inventoryAfter, inventoryBefore } from '../plan/inventory.ts';
import { finalizerRemedy, finalizersOf } from '../plan/presence.ts';
import { isAboutPruning } from '../plan/prune.ts';
import { refKey } from '../plan/refkey.ts';
import type { Plan, Step } from '../plan/types.ts';
import { forgetKept } from '../state/generated.ts';
import { LOOKS } from '../state/pacing.ts';
import type { Teardown } from '../state/requestteardown.ts';
import { changeStatus } from '../state/status.ts';
import { execute } from './execute.ts';
import { ownerOf } from './fencenow.ts';
import { createHookRunner, isHookStep, startingHooks } from './hooks.ts';
import type { PassParts } from './parts.ts';
import { nothingWanted, planTowards } from './planning.ts';
import { tearDownPreview } from './previewteardown.ts';
import { teardownHooks } from './teardownhooks.ts';

/** A pass whose goal is nothing: the same look, plan and writes as of a revision, and again until nothing is left. Then the object goes. */
export async function tearDown(
  options: PassParts,
  environment: Environment,
  delivered: Teardown,
  signal: AbortSignal,
): Promise<Again> {
  if (environment.spec.preview)
    return tearDownPreview(options, environment, () => release(options, environment, 'prune', []), signal);
  const inventory = environment.status?.inventory ?? [];
  const isNothing = inventory.length === 0 && environment.status?.release === undefined;
  if (delivered === 'orphan' || isNothing) return release(options, environment, delivered, []);
  const client = await clientOf(options, environment);
  const hooks = await teardownHooks(options, client, environment, signal).catch((error: unknown) => {
    throw error instanceof ProblemError ? new ProblemError(orLeave(error.problem, environment)) : error;
  });
  // A kind that has come to be served meanwhile must not be taken for one that nobody can look for.
  const served = await client.resources({ refresh: true });
  const owner = ownerOf(options.instanceUid, environment);
  const planning = { client, owner, served, signal };
  const {
    plan,
    observed,
    client: acting,
  } = await planTowards({ ...nothingWanted(environment), hooks }, environment, planning);
  const live = liveOf(observed);
  const isGoing = ({ action, ref }: Step): boolean =>
    action === 'prune' || live.get(refKey(ref))?.metadata.deletionTimestamp !== undefined;
  const left = plan.steps.filter(isGoing);
  if (left.length === 0 && hooks.due.length === 0)
    return release(options, environment, delivered, plan.steps);
  const refused = plan.blocked.filter((problem) => !isAboutPruning(problem));
  if (refused.length > 0) throw new ProblemError(cannotRun(refused, environment));
  // What comes after deletion waits until all is gone.
  const steps = plan.steps.filter(
    (step) => left.length === 0 || !isHookStep(step) || step.phase !== 'PostDelete',
  );
  if (startingHooks(steps).length > 0) {
    const owned = inventoryBefore(inventory, [], hooks);
    await changeStatus(options, environment.metadata.name ?? '', (status) => ({
      ...status,
      inventory: owned,
    }));
  }
  const runner = createHookRunner({
    ...{ options, client: acting, environment, revision: '', runs: hooks.runs, signal },
  });
  const { failures, waitsForHook } = await execute(acting, steps, live, '', signal, runner);
  const [failure] = failures;
  if (failure && failure.reason !== 'HookFailed')
    throw new ProblemError({ ...failure, message: failures.map(formatProblem).join('\n') });
  const now = rfc3339(options.clock.now());
  const phase = failure ? 'Failed' : 'Applying';
  const message = failure
    ? formatProblem({ ...failure, remedy: again(environment) })
    : `being deleted; ${waitsForHook ? `waits for ${waitsForHook}` : `still there: ${named(left, live)}`}`;
  await changeStatus(options, environment.metadata.name ?? '', (status) => ({
    ...status,
    phase,
    phaseSince: status.phase === phase && status.phaseSince ? status.phaseSince : now,
    message,
    inventory: inventoryAfter(status.inventory ?? inventory, plan, live),
    runs: runner.runs,
  }));
  return { afterMs: failure ? LOOKS.resync : LOOKS.teardown };
}

/** A hook that has failed is asked for again by asking for the deletion again. */
const again = (environment: Environment): string =>
  `Run it again: pilotage delete ${fullName(environment)} --prune; or leave what was delivered: --orphan`;

/** A hook of the deletion can neither run nor be left out: it may be the backup of what would be deleted. */
function cannotRun(problems: readonly Problem[], environment: Environment): Problem {
  const lines = problems.map(({ remedy: _remedy, ...problem }) => formatProblem(problem));
  return {
    reason: 'HookRefused',
    message: `nothing is deleted, for a hook of the deletion cannot run: ${lines.join('\n')}`,
    remedy: `It goes on once that is out of the way: kubectl delete what has its name, say. ${orphaned(environment)}`,
  };
}

const orphaned = (environment: Environment): string =>
  `Or leave what was delivered: pilotage delete ${fullName(environment)} --orphan`;

/** With the way that is open whatever its hooks are. */
const orLeave = (problem: Problem, environment: Environment): Problem => ({
  ...problem,
  remedy: [problem.remedy, orphaned(environment)].flatMap((one) => one ?? []).join('\n    '),
});

/** The first few of what is still there, with what holds them, and what to do about the first that is held. */
function named(steps: Plan['steps'], live: ReadonlyMap<string, KubeObject>): string {
  // What somebody has to do something about comes first.
  const isHeld = ({ ref }: Step): boolean => (live.get(refKey(ref))?.metadata.finalizers ?? []).length > 0;
  const sorted = [...steps.filter(isHeld), ...steps.filter((step) => !isHeld(step))];
  const names = sorted.slice(0, 3).map(({ ref }) => {
    const object = live.get(refKey(ref));
    return formatRef(ref) + (object ? finalizersOf(object) : '');
  });
  const more = steps.length > names.length ? ` and ${steps.length - names.length} more` : '';
  const [first] = sorted.filter(isHeld).flatMap(({ ref }) => live.get(refKey(ref)) ?? []);
  return `${names.join(', ')}${more}${first ? `\n  → ${finalizerRemedy(first)}` : ''}`;
}

/** Lets the object go, and says what stays behind on purpose. */
async function release(
  options: PassParts,
  environment: Environment,
  delivered: Teardown,
  steps: readonly Step[],
): Promise<undefined> {
  const { name = '', finalizers = [] } = environment.metadata;
  if (!finalizers.includes(TEARDOWN_FINALIZER)) return undefined;
  // Objects that stay go on using what was made for them: an environment that takes them over finds it.
  if (delivered === 'prune') await forgetKept(options.home, environment.spec);
  const kept = steps.filter(({ action }) => action === 'keep').map(({ ref }) => formatRef(ref));
  options.logger.info({ environment: fullName(environment), kept }, 'environment deleted');
  const body = { metadata: { finalizers: finalizers.filter((one) => one !== TEARDOWN_FINALIZER) } };
  await options.home.patch(
    ENVIRONMENTS,
    { namespace: PILOTAGE_NAMESPACE, name },
    { type: 'merge', body },
    { fieldManager: 'pilotage-sync' },
  );
  return undefined;
}
