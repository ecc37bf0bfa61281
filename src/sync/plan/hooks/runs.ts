import type { AppRun, HookRecord } from '../../../model/types.ts';
import type { Step } from '../types.ts';

export interface RunFacts {
  readonly target: string;
  /** The target is not deployed yet. What is deployed runs no hooks again, whatever it renders to now. */
  readonly isRolling: boolean;
  /** A person goes back to an earlier release. */
  readonly isRollback: boolean;
  /** `spec.syncRequestedAt` */
  readonly requestedAt?: string | undefined;
  /** Apps that had been deployed before their hooks were recorded. */
  readonly deployed: ReadonlySet<string>;
  /** Apps that another tool had deployed, with its own hooks, before they were taken over. */
  readonly takenOver?: ReadonlySet<string>;
}

/** An app that has hooks, and the digest of what it renders to. */
export interface HookedApp {
  readonly app: string;
  readonly digest: string;
}

/**
 * The run of each app that has hooks: the one that was begun, or a new one where the target changes the app. Pure, and true after a crash: it
 * follows from what is stored. Runs of apps that are gone are kept as they are.
 */
export function runsNow(
  before: readonly AppRun[],
  apps: readonly HookedApp[],
  facts: RunFacts,
): readonly AppRun[] {
  const known = new Map(before.map((run) => [run.app, run]));
  const now = apps.map((one) => runOf(known.get(one.app), one, facts));
  const names = new Set(apps.map(({ app }) => app));
  return [...now, ...before.filter(({ app }) => !names.has(app))];
}

function runOf(before: AppRun | undefined, { app, digest }: HookedApp, facts: RunFacts): AppRun {
  const { target, isRolling, requestedAt } = facts;
  const asked = requestedAt === undefined ? {} : { requestedAt };
  const begun = { app, digest, revision: target, ...asked };
  // Another tool has run its hooks: they belong to its next revision, whose attempt is another one.
  if (facts.takenOver?.has(app) && isUntouched(before))
    return { ...begun, attempt: 1, cause: 'upgrade', state: 'Complete' };
  if (before === undefined) {
    // It was deployed before its hooks were recorded: they belong to its next revision.
    if (!isRolling) return { ...begun, attempt: 0, cause: 'upgrade', state: 'Complete' };
    return { ...begun, attempt: 1, cause: causeOf(facts.deployed.has(app), facts), state: 'Started' };
  }
  const attempt = before.attempt + 1;
  const isSame = before.digest === digest || before.revision === target || !isRolling;
  // One whose deletion was begun is back.
  if (!isSame || before.cause === 'delete') {
    const wasDeployed = before.state !== 'Started' || before.cause !== 'install';
    const { release } = before;
    const last = release === undefined ? {} : { release };
    return { ...begun, ...last, attempt, cause: causeOf(wasDeployed, facts), state: 'Started' };
  }
  const isAskedAgain = (isRolling && before.revision !== target) || before.requestedAt !== requestedAt;
  if (isAskedAgain && hasFailed(before)) return { ...repeated(before), ...begun };
  return before.digest === digest ? before : { ...before, digest };
}

/** Nothing of the app has been deployed, and none of its hooks has begun. */
const isUntouched = (run: AppRun | undefined): boolean =>
  run === undefined ||
  (run.attempt === 1 &&
    run.state === 'Started' &&
    run.release === undefined &&
    (run.hooks ?? []).length === 0);

/** The run that deletes an app, which has been deployed: begun, gone on with, or repeated where it has failed and a person asks. */
export function deletionOf(before: AppRun, requestedAt: string | undefined): AppRun {
  const asked = requestedAt === undefined ? {} : { requestedAt };
  if (before.cause !== 'delete') {
    const { hooks: _hooks, ...run } = before;
    return { ...run, ...asked, attempt: before.attempt + 1, cause: 'delete', state: 'Started' };
  }
  const isAskedAgain = before.requestedAt !== requestedAt;
  return isAskedAgain && hasFailed(before) ? { ...repeated(before), ...asked } : before;
}

const hasFailed = ({ hooks = [] }: AppRun): boolean => hooks.some(({ state }) => state === 'Failed');

/** What has ended well stays as it is. */
const repeated = (run: AppRun): AppRun => ({
  ...run,
  attempt: run.attempt + 1,
  hooks: (run.hooks ?? []).filter(isDone),
});

/** The hook of an earlier revision that still works while the target would begin a new run: work is not torn away, it has its own deadline. */
export function busyHook(
  before: readonly AppRun[],
  apps: readonly HookedApp[],
  facts: RunFacts,
): HookRecord | undefined {
  const after = new Map(runsNow(before, apps, facts).map((run) => [run.app, run]));
  return before
    .filter(({ app, attempt }) => after.get(app)?.attempt !== attempt)
    .flatMap(({ hooks = [] }) => hooks)
    .find(({ state }) => state === 'Running');
}

const causeOf = (wasDeployed: boolean, { isRollback }: RunFacts): AppRun['cause'] =>
  wasDeployed ? (isRollback ? 'rollback' : 'upgrade') : 'install';

const isDone = ({ state, phase }: HookRecord): boolean => state === 'Succeeded' && phase !== 'SyncFail';

export const isUnderWay = ({ state }: HookRecord): boolean => state === 'Starting' || state === 'Running';

/** Names a run on the objects that it makes, phase by phase. */
export const runId = ({ digest, attempt }: AppRun, phase: HookRecord['phase']): string =>
  `${digest.slice(0, 16)}.${attempt}.${phase}`;

/** With what became of one hook. */
export function withRecord(runs: readonly AppRun[], app: string, record: HookRecord): readonly AppRun[] {
  return runs.map((run) =>
    run.app === app
      ? { ...run, hooks: [...(run.hooks ?? []).filter((one) => !isSameHook(one, record)), record] }
      : run,
  );
}

type Named = Pick<HookRecord, 'kind' | 'namespace' | 'name' | 'phase'>;

export const isSameHook = (a: Named, b: Named): boolean =>
  a.phase === b.phase && a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;

/** Once all objects are applied, and no hook is due any more. `release`: the one that this is. */
export function advanced(
  runs: readonly AppRun[],
  { apps, isDeployed, due, release }: RunProgress,
): readonly AppRun[] {
  return runs.map((run) => {
    if (!apps.has(run.app) || !isDeployed) return run;
    const state = due.has(run.app) ? 'Deployed' : 'Complete';
    return { ...run, state, ...(release === undefined ? {} : { release }) };
  });
}

export interface RunProgress {
  /** Apps of the target. */
  readonly apps: ReadonlySet<string>;
  readonly isDeployed: boolean;
  /** Apps whose hooks have not all ended well. */
  readonly due: ReadonlySet<string>;
  readonly release?: number | undefined;
}

/** Apps with hooks among these steps that have not ended well. */
export const unfinished = (steps: readonly Step[], runs: readonly AppRun[]): ReadonlySet<string> =>
  new Set(
    steps.flatMap((step) => {
      if (step.action !== 'hook' || step.phase === 'SyncFail') return [];
      const records = runs.find(({ app }) => app === step.app)?.hooks ?? [];
      const record = records.find((one) => isSameHook(one, { ...step.ref, phase: step.phase }));
      return record?.state === 'Succeeded' ? [] : [step.app];
    }),
  );
