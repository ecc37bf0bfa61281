import type { Problem } from '../../base/errors.ts';
import { later } from '../../base/later.ts';
import type { Verdict } from '../../health/verdict.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { formatRef, type KubeObject, type ObjectRef } from '../../kube/values/types.ts';
import { environmentObjectName, fullName } from '../../model/names.ts';
import {
  type AppRun,
  ENVIRONMENTS,
  type Environment,
  type EnvironmentStatus,
  PILOTAGE_NAMESPACE,
} from '../../model/types.ts';
import { judge } from '../cluster/judge.ts';
import { liveOf, observe } from '../cluster/observe.ts';
import { urlsOf } from '../cluster/urls.ts';
import { recordHealing } from '../history/healing.ts';
import { DEFAULT_DEADLINE_MS } from '../options.ts';
import { unmetDependency } from '../plan/dependencies.ts';
import { shortPlan, summaryOf } from '../plan/describe.ts';
import { advanced, unfinished } from '../plan/hooks/runs.ts';
import { endedBy, nameOfHook } from '../plan/hooks/settle.ts';
import { inventoryAfter, inventoryBefore } from '../plan/inventory.ts';
import { isAct, isWrite } from '../plan/plan.ts';
import { refKey } from '../plan/refkey.ts';
import { overdue, refusalOf, refusedVerdict, withoutRefused } from '../plan/refusals.ts';
import type { Plan, Step } from '../plan/types.ts';
import { afterAttempt, LOOKS, retryMs, waitingFailure } from '../state/pacing.ts';
import { guarded, makeNamespaces, mark, namespacesOf } from './begin.ts';
import { conclude, type Findings } from './conclude.ts';
import { attemptKey, execute, isDrift, withinBudget } from './execute.ts';
import { forgetGone } from './forgetgone.ts';
import { healthRules } from './healthrules.ts';
import { createHookRunner, failedHooks, isHookStep, isStoppedByHook, startingHooks } from './hooks.ts';
import { beginOperation, finishOperation, type Operation, resumeOperation } from './operation.ts';
import type { Pass } from './parts.ts';
import { type Prepared, prepare } from './prepare.ts';
import { announce, appliedLine, awaiting, renderedLines, sayHooks, sayNotes } from './progress.ts';
import { objectsOf } from './released.ts';

export interface PassResult {
  readonly status: EnvironmentStatus;
  /** Look again after so long, whether or not anything wakes us. */
  readonly afterMs?: number;
  /** What to be woken by; absent where nothing could be prepared. */
  readonly prepared?: Prepared;
  /** `refKey` → the objects as this pass has left them. */
  readonly live?: ReadonlyMap<string, KubeObject>;
}

/**
 * One pass of reconciliation: commit → plan → writes → health → status. Level-triggered: it looks at everything,
 * does what can be done now, and never waits for a cluster to change.
 */
export async function runPass(pass: Pass): Promise<PassResult> {
  const { options, client, environment, target, memory, say, signal } = pass;
  const rolling = environment.status?.deployedRevision !== target;
  const isNew = rolling && memory.source === undefined;
  const marking = later(options.clock, isNew ? SLOW_MS : undefined, () =>
    mark(pass, 'Rendering', `rendering ${target.slice(0, 12)}`),
  );
  const report = (line: string) => say('building', line);
  const request = { environment, target, memory, keeps: true, report, signal };
  const prepared = await prepare(options, client, request).finally(marking);
  if (!prepared.ok) return assessUnplanned(pass, prepared.problems);
  const { plan, desired, sourced, hooks } = prepared.value;
  // A rollout takes several passes; the first announces what it renders and plans.
  if (rolling && memory.announced !== target) {
    memory.announced = target;
    if (environment.status?.release === undefined) memory.notes = sourced.notes ?? [];
    say('rendered', renderedLines(desired.length, sourced.warnings));
    say('planned', `plan ${shortPlan(plan.steps)}`);
  }
  sayHooks(say, environment, hooks.runs);
  if (hooks.busy) {
    const waitsForHook = `${nameOfHook(hooks.busy)} of the revision before to end; ${endedBy(hooks.busy)}`;
    return assess(pass, prepared.value, { problems: [], waitsForHook, retryMs: LOOKS.hooks });
  }
  if (plan.blocked.length > 0) return assess(pass, prepared.value, { problems: refusalOf(plan, target) });
  if (rolling && isStoppedByHook(plan.steps)) {
    return assess(pass, prepared.value, { problems: failedHooks(plan.steps, environment) });
  }
  const waitsFor = rolling && !environment.spec.pin ? await dependencyOf(pass, sourced.dependsOn) : undefined;
  if (waitsFor) {
    return assess(pass, prepared.value, {
      problems: [],
      waitsForEnvironment: waitsFor,
      retryMs: LOOKS.dependency,
    });
  }
  const acts = plan.steps.filter(isAct);
  const isReported = !rolling && sourced.drift === 'report';
  if (isReported && acts.length > 0 && acts.every(isDrift)) {
    return assess(pass, prepared.value, { problems: [], remaining: acts, applied: true });
  }
  const key = attemptKey(target, plan);
  const now = options.clock.monotonic();
  const failure = waitingFailure(memory.pacing, 'deploy', key, now);
  if (failure) {
    return assess(pass, prepared.value, { problems: failure.problems, retryMs: failure.retryAt - now });
  }
  return write(pass, prepared.value, key, rolling);
}

/** The environment that a rollout waits for, and for what of it. */
async function dependencyOf(
  { options, environment, target }: Pass,
  names: readonly string[] = [],
): Promise<string | undefined> {
  const { delivery } = environment.spec;
  const needed = await Promise.all(
    names.map(async (name) => {
      const own = name.slice(name.indexOf('/') + 1);
      const key = { namespace: PILOTAGE_NAMESPACE, name: environmentObjectName(delivery, own) };
      const found = await options.home.get(ENVIRONMENTS, key).catch(notFoundAsUndefined);
      return { name: `${delivery}/${own}`, environment: found };
    }),
  );
  return unmetDependency(needed, environment, target);
}

/** A rendering that takes longer is recorded as under way. */
const SLOW_MS = 250;

/** The writing half: the release and the inventory are recorded before the first object. */
async function write(pass: Pass, prepared: Prepared, key: string, rolling: boolean): Promise<PassResult> {
  const { options, client, environment, target, memory, signal, say } = pass;
  const { plan, desired, hooks } = prepared;
  const now = options.clock.monotonic();
  const planned =
    prepared.sourced.drift === 'report' && !rolling
      ? plan.steps.filter((step) => !isDrift(step))
      : plan.steps;
  const healing = rolling
    ? { steps: plan.steps, problems: [], pacing: memory.pacing }
    : withinBudget(planned, memory.pacing, now, environment);
  memory.pacing = healing.pacing;
  const writes = healing.steps.filter(isWrite);
  const operation = rolling
    ? await beginOperation(options, memory, environment, target, prepared)
    : undefined;
  const starting = startingHooks(healing.steps);
  const begins = [...writes, ...starting];
  if (begins.length > 0) {
    const inventory = inventoryBefore(environment.status?.inventory ?? [], desired, hooks);
    await mark(pass, 'Applying', `applying ${shortPlan(begins)}`, { inventory, runs: hooks.runs });
    const problem = await makeNamespaces(pass, prepared.fence, namespacesOf(begins));
    if (problem) return assess(pass, prepared, { problems: [problem] });
  }
  await guarded(pass);
  const began = options.clock.monotonic();
  const live = liveOf(prepared.observed);
  const { client: acting } = prepared;
  const running = { options, client: acting, environment, revision: target, runs: hooks.runs, signal };
  const runner = createHookRunner(running);
  const isAfterFailure = (step: Step): boolean => isHookStep(step) && step.phase === 'SyncFail';
  const regular = healing.steps.filter((step) => !isAfterFailure(step));
  const rules = regular.some(isWrite) ? await healthRules(pass) : undefined;
  const done = await execute(acting, regular, live, target, signal, runner, rules);
  const last = await runner.run(healing.steps.filter(isHookStep).filter(isAfterFailure));
  const failures = [...done.failures, ...last.failures];
  const problems = [...failures, ...healing.problems];
  memory.pacing = afterAttempt(memory.pacing, 'deploy', { key, problems: failures }, now);
  const again = soonest(
    runner.untilMs,
    retryMs(memory.pacing, 'deploy', now) ?? healing.retryMs ?? (done.deleted ? LOOKS.deletion : undefined),
  );
  const took = Math.round(options.clock.monotonic() - began);
  const applied = done.isApplied;
  if (rolling && applied) {
    memory.previous = { release: operation?.release.spec.number ?? 0, objects: objectsOf(desired) };
    const pruned = healing.steps.filter(
      (step) => step.action === 'prune' && !step.isHook && !done.waiting.includes(step),
    );
    if (done.written.size > 0 || pruned.length > 0)
      say('applied', appliedLine(done.written.size, took, pruned));
    await forgetGone(options, environment, prepared.sourced.bundle.apps);
  } else if (!rolling && done.written.size > 0 && !environment.spec.preview) {
    await recordHealing(options, client, environment, writes, done.written);
  }
  return assess(pass, prepared, {
    problems,
    applied,
    remaining: [...done.waiting, ...plan.steps.filter((step) => !healing.steps.includes(step))],
    written: done.written,
    ...(done.waitsForHook ? { waitsForHook: done.waitsForHook } : {}),
    runs: advanced(runner.runs, {
      apps: new Set(prepared.sourced.bundle.apps.map(({ name }) => name)),
      isDeployed: applied || !rolling,
      due: unfinished(healing.steps, runner.runs),
      release: operation?.release.spec.number ?? environment.status?.release,
    }),
    ...(operation ? { operation } : {}),
    ...(again === undefined ? {} : { retryMs: again }),
  });
}

interface Outcome {
  readonly problems: readonly Problem[];
  readonly applied?: boolean;
  readonly remaining?: readonly Step[];
  readonly written?: ReadonlyMap<string, KubeObject>;
  readonly operation?: Operation;
  readonly retryMs?: number;
  /** `hook Job shop-dev/migrate (PreSync)` */
  readonly waitsForHook?: string;
  readonly runs?: readonly AppRun[];
  /** `environment shop/infra to be healthy` */
  readonly waitsForEnvironment?: string;
}

const soonest = (...times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/** The verdict of now, which remembers since when things are as they are; `settlesMs` while that is not for long enough yet. */
async function judgeNow(
  pass: Pass,
  refs: readonly ObjectRef[],
  live: ReadonlyMap<string, KubeObject>,
): Promise<{ verdict: Verdict; settlesMs: number | undefined }> {
  const { options, client, memory, signal } = pass;
  const { clock } = options;
  const rules = await healthRules(pass);
  const judging = { seen: memory.seen, clock, signal, rules };
  const { verdict, seen, settlesMs } = await judge(client, refs, live, judging);
  memory.seen = seen;
  return { verdict, settlesMs: settlesMs > 0 ? settlesMs : undefined };
}

/** The closing half: what is the environment worth now? */
async function assess(pass: Pass, prepared: Prepared, outcome: Outcome): Promise<PassResult> {
  const { options, environment, target, memory } = pass;
  const { desired, plan } = prepared;
  const live = new Map([...liveOf(prepared.observed), ...(outcome.written ?? [])]);
  // What a later stage will make is not missing: it is not due yet.
  const due = new Set(
    [
      ...(outcome.remaining ?? []).filter(({ action }) => action === 'create'),
      // Nor is what was never to be made.
      ...plan.steps.filter(({ action, ref }) => action === 'keep' && !live.has(refKey(ref))),
    ].map(({ ref }) => refKey(ref)),
  );
  const refs = desired.map(({ ref }) => ref).filter((ref) => !due.has(refKey(ref)));
  const [problem] = outcome.problems;
  const there = problem ? withoutRefused(refs, live, plan) : refs;
  const { verdict: judged, settlesMs } =
    problem && there.length === 0
      ? { verdict: refusedVerdict(problem), settlesMs: undefined }
      : await judgeNow({ ...pass, client: prepared.client }, there, live);
  const verdict = awaiting(
    judged,
    outcome.waitsForHook ?? outcome.waitsForEnvironment,
    outcome.waitsForHook ? 'WaitsForHook' : 'WaitsForEnvironment',
  );
  const late =
    verdict.state !== 'Healthy' && memory.operation?.target === target
      ? overdue(
          target,
          options.clock.monotonic() - memory.operation.since,
          options.deadlineMs ?? DEFAULT_DEADLINE_MS,
        )
      : [];
  const before = environment.status?.inventory ?? [];
  // A plan that is refused is not done, even if what it refuses is all that it holds.
  const unwritten = Math.max(plan.steps.filter(isWrite).length, plan.blocked.length);
  const remaining = outcome.remaining?.length ?? unwritten;
  const applied = outcome.applied ?? false;
  const operation = outcome.operation ?? (await resumeOperation(options, memory, environment, target));
  const deployed = outcome.operation?.release.spec;
  const found: Findings = {
    target,
    applied: applied || (environment.status?.deployedRevision === target && outcome.problems.length > 0),
    ...(deployed ? { deployed: { tree: deployed.tree, release: deployed.number } } : {}),
    remaining,
    problems: [...outcome.problems, ...late],
    verdict,
    inventory: inventoryAfter(
      outcome.written ? inventoryBefore(before, desired, prepared.hooks) : before,
      plan,
      live,
    ),
    urls: environment.spec.cluster === undefined ? urlsOf(live.values()) : [],
    runs: outcome.runs ?? prepared.hooks.runs,
    ...(deletionNote(outcome.remaining ?? []) ?? confirmNote(environment, plan)),
  };
  const status = conclude(environment, found, options.clock.now());
  if (operation) await finishOperation(options, memory, operation, status, summaryOf(plan.steps));
  sayNotes(pass.say, memory, found);
  announce(pass.say, environment, status, found);
  const afterMs = soonest(outcome.retryMs, settlesMs);
  return { status, prepared, live, ...(afterMs === undefined ? {} : { afterMs }) };
}

function deletionNote(remaining: readonly Step[]): Pick<Findings, 'note'> | undefined {
  const old = remaining.find(({ action }) => action === 'recreate' || action === 'wait');
  return old ? { note: `waiting for the old ${formatRef(old.ref)} to be gone` } : undefined;
}

/** What is not in git any more and stays until a person says so: the rest is as git has it. */
function confirmNote(environment: Environment, { steps }: Plan): Pick<Findings, 'note'> | undefined {
  const waiting = steps.filter(({ action }) => action === 'confirm').map(({ ref }) => formatRef(ref));
  if (waiting.length === 0) return undefined;
  const more = waiting.length > 1 ? ` and ${waiting.length - 1} more` : '';
  return {
    note: `${waiting[0]}${more} ${waiting.length > 1 ? 'are' : 'is'} not in git any more: pruned once a person says so\n  → pilotage confirm ${fullName(environment)}`,
  };
}

/** Nothing could be planned: what runs goes on running, and is still judged. */
async function assessUnplanned(pass: Pass, problems: readonly [Problem, ...Problem[]]): Promise<PassResult> {
  const { options, client, environment, target, memory, signal } = pass;
  const inventory = environment.status?.inventory ?? [];
  const { observed } = await observe(client, [], inventory, signal);
  const { verdict } = await judgeNow(pass, inventory, liveOf(observed));
  const found: Findings = {
    target,
    applied: false,
    remaining: 1,
    problems,
    verdict: inventory.length === 0 ? refusedVerdict(problems[0]) : verdict,
    inventory,
    urls: environment.status?.urls ?? [],
  };
  const status = conclude(environment, found, options.clock.now());
  announce(pass.say, environment, status, found);
  const now = options.clock.monotonic();
  // A failed rendering is paced where it is remembered; what failed after it (a kind that is not served) is paced here.
  const cause = memory.source?.result.ok ? 'deploy' : 'source';
  if (cause === 'deploy') {
    const key = `${target} cannot be placed`;
    memory.pacing = afterAttempt(memory.pacing, cause, { key, problems }, now);
  }
  return { status, afterMs: retryMs(memory.pacing, cause, now) ?? 0 };
}
