import { rfc3339 } from '../../base/clock.ts';
import { formatProblem, problemOf } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { JOBS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { formatRef, isOfKind, type KubeObject } from '../../kube/values/types.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import type { Environment, TestRun } from '../../model/types.ts';
import type { Manifest } from '../../render/types.ts';
import { clientOf } from '../cluster/access.ts';
import { applyStage } from '../cluster/apply.ts';
import { actingAs } from '../cluster/identity.ts';
import { keyOf } from '../cluster/observe.ts';
import { lookAtTest, testMark } from '../cluster/testlook.ts';
import type { RegisterOptions } from '../intake/register.ts';
import { desiredOf } from '../plan/desired.ts';
import { isWork, withDeadline } from '../plan/hooks/end.ts';
import { refKey } from '../plan/refkey.ts';
import { type Due, isUnderWay, withRun } from '../plan/tests.ts';
import { holderOf } from '../plan/tracking.ts';
import type { Desired } from '../plan/types.ts';
import { changeStatus } from '../state/status.ts';
import type { PassParts } from './parts.ts';
import { prepareFor } from './planrequest.ts';
import { placementOf } from './released.ts';

type Parts = PassParts & RegisterOptions;

/** A day after its end a Job goes by itself, where its chart says nothing else. */
const TTL_S = 86_400;

/** Looks at the tests that are under way, and records what became of them. Answers whether any goes on. */
export async function followTests(
  options: Parts,
  environment: Environment,
  signal: AbortSignal,
): Promise<boolean> {
  const running = (environment.status?.tests ?? []).filter(isUnderWay);
  if (running.length === 0) return false;
  const client = await clientOf(options, environment);
  const looked = await Promise.all(
    running.map((run) => lookAtTest(run, { client, clock: options.clock, signal })),
  );
  const after = looked.map((run) =>
    run.state === 'Starting' && run.revision !== environment.status?.deployedRevision
      ? failed(options, run, 'another revision came before it began')
      : run,
  );
  for (const [i, run] of after.entries()) if (run !== running[i]) await record(options, environment, run);
  return after.some(({ state }) => state === 'Running');
}

/**
 * Starts tests for what is deployed: each is on record before its object is made, and the object is marked with its run. So after a crash at any
 * point either the object is found again, or it was never made. Those whose name another run still has wait for its end.
 */
export async function startTests(
  options: Parts,
  environment: Environment,
  due: readonly Due[],
  signal: AbortSignal,
): Promise<void> {
  const [first] = due;
  if (first === undefined) return;
  const { client, acting, tests, desired } = await testsAt(options, environment, first.revision, signal);
  // To the millisecond: whoever asks for it once more may do so in the same second.
  const rank = { startedAt: new Date(options.clock.now()).toISOString() };
  for (const one of due) {
    const test = desired.find(({ ref }) => ref.name === one.name && isWork(ref));
    if (test === undefined) {
      await record(options, environment, { ...missing(one, tests), ...rank });
      continue;
    }
    const run: TestRun = { ...test.ref, app: test.app, ...one, ...rank, state: 'Starting' };
    await start(options, environment, { client, acting, test, run, signal });
  }
}

interface Starting {
  readonly client: KubeClient;
  readonly acting: KubeClient;
  readonly test: Desired;
  readonly run: TestRun;
  readonly signal: AbortSignal;
}

/** Starts one, or goes on where a crash has left it. */
async function start(
  options: Parts,
  environment: Environment,
  { client, acting, test, run, signal }: Starting,
): Promise<void> {
  const { ref, resource } = test;
  const live = await client.get(resource, keyOf(ref), { signal }).catch(notFoundAsUndefined);
  const mark = testMark(run);
  if (live !== undefined && live.metadata.annotations?.[ANNOTATIONS.hookRun] !== mark) {
    const owner = placementOf(options, environment).owner;
    if (holderOf(live, owner).type !== 'ours')
      return record(
        options,
        environment,
        failed(options, run, `${formatRef(ref)} is there, and was not made by Pilotage`),
      );
    if (!live.metadata.deletionTimestamp)
      await applyStage(
        acting,
        [{ ...test, action: 'prune', live, reason: 'it runs anew' }],
        run.revision,
        signal,
      );
    return;
  }
  await record(options, environment, run);
  if (live !== undefined) return;
  const object = marked(withDeadline(lasting(test.object)), mark);
  const applied = (
    await applyStage(acting, [{ ...test, action: 'create', object, cause: 'change' }], run.revision, signal)
  ).get(refKey(ref));
  if (applied?.outcome === 'written') {
    const { uid } = applied.object.metadata;
    return record(options, environment, { ...run, state: 'Running', ...(uid ? { uid } : {}) });
  }
  const why = applied?.outcome === 'failed' ? problemOf(applied.error).message : 'it was not made';
  return record(options, environment, failed(options, run, why));
}

/** The tests of a revision, as rendered and as they would be in the cluster, and who may make them there. */
async function testsAt(options: Parts, environment: Environment, revision: string, signal: AbortSignal) {
  const prepared = await prepareFor(options, environment, { revision, signal });
  if (!prepared.ok) throw new Error(prepared.problems.map(formatProblem).join('\n'));
  const { sourced, fence } = prepared.value.prepared;
  const { tests = [], bundle } = sourced;
  const client = await clientOf(options, environment);
  const placement = { ...placementOf(options, environment), fence };
  const placed = await desiredOf({ manifests: tests, apps: bundle.apps }, placement, (gvk) =>
    client.resourceFor(gvk),
  );
  if (!placed.ok) throw new Error(placed.problems.map(formatProblem).join('\n'));
  const reach = { owner: placement.owner, namespaces: [fence.namespace], objects: placed.value };
  return { client, acting: actingAs(client, environment, reach), tests, desired: placed.value };
}

async function record(options: Parts, { metadata }: Environment, run: TestRun): Promise<void> {
  await changeStatus(options, metadata.name ?? '', (status) => ({
    ...status,
    tests: withRun(status.tests, run),
  }));
}

const failed = ({ clock }: Parts, run: TestRun, message: string): TestRun => ({
  ...run,
  state: 'Failed',
  endedAt: rfc3339(clock.now()),
  message,
});

function missing({ name, revision, attempt }: Due, tests: readonly Manifest[]) {
  const names = tests.map(({ object }) => object.metadata.name ?? '').filter(Boolean);
  const known = names.length === 0 ? 'no chart of it has any' : `it has ${names.join(', ')}`;
  return {
    ...{ apiVersion: 'batch/v1', kind: 'Job', name, app: '', revision, attempt },
    state: 'Missing' as const,
    message: `its charts mark no Job or Pod ${name} as a test (helm.sh/hook: test); ${known}`,
  };
}

const marked = (object: KubeObject, mark: string): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [ANNOTATIONS.hookRun]: mark },
  },
});

function lasting(object: KubeObject): KubeObject {
  const spec = object.spec as { readonly ttlSecondsAfterFinished?: number } | undefined;
  if (!isOfKind(object, JOBS) || spec?.ttlSecondsAfterFinished !== undefined) return object;
  return { ...object, spec: { ...spec, ttlSecondsAfterFinished: TTL_S } };
}
