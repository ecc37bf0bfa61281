import type { Again } from '../../../base/queue.ts';
import { byNamespace, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import { createMutationCache } from '../../../kube/client/mutationcache.ts';
import type { Job, JobStatus, Pod } from '../../../kube/kinds/objects.data.ts';
import { JOBS, PODS } from '../../../kube/kinds/resources.data.ts';
import { findCondition } from '../../../kube/values/condition.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { createClaiming } from '../claims.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { controllerOf } from '../controllerref.ts';
import { createExpectations, EXPECTATIONS_TIMEOUT_MS } from '../expectations.ts';
import { finishedCondition, isJobFinished, isManagedElsewhere } from '../jobs.ts';
import { ownerKeys } from '../ownerkeys.ts';
import { createPodControl } from '../podcontrol.ts';
import { isReady } from '../pods.ts';
import { slowStartEach } from '../slowstart.ts';
import { accountFor, concludeStatus, type PodOutcome, uidsOf } from './account.ts';
import { type Backoff, NO_BACKOFF } from './backoff.ts';
import { againInMs, decideJob, type JobStep } from './decide.ts';
import { type JobFacts, observeJob } from './facts.ts';
import { TRACKING_FINALIZER } from './labels.ts';
import { podFrom } from './pod.ts';
import { isTracked } from './podfacts.ts';
import { releasePod } from './release.ts';

/** Runs the pods of Jobs to their end, and counts how they ended. `decide.ts` says what is done, `account.ts` what the status tells. */
export function createJobController(context: ControllerContext): Controller {
  const { clock, logger, record, informers } = context;
  const { pods } = informers;
  // A status that is not seen yet would have pods created again that have been counted.
  const jobs = createMutationCache(informers.jobs, JOBS);
  const client = jobs.recording(context.client);
  const claimPods = createClaiming({
    client,
    owners: JOBS,
    dependents: pods,
    resource: PODS,
    finalizer: TRACKING_FINALIZER,
  });
  const keysOf = ownerKeys(JOBS, jobs.index(byNamespace));
  const control = createPodControl(context);
  /** Finalizers that were taken off, and that the cache still shows. */
  const releases = createExpectations(clock);
  const backoffs = new Map<string, Backoff>();

  pods.listen({
    update(pod, before) {
      if (!isTracked(pod)) releases.observed(ownerOf(before), uidOf(pod));
    },
    delete: (pod) => releases.observed(ownerOf(pod), uidOf(pod)),
  });

  async function reconcile(key: string): Promise<Again> {
    const job = jobs.get(splitKey(key));
    if (!job || isManagedElsewhere(job)) return undefined;
    if (isJobFinished(job)) return forget(job);
    // What an earlier pass has done does not show in the cache yet: a decision now would repeat it.
    if (!control.isSettled(job) || !releases.areMet(uidOf(job))) return { afterMs: EXPECTATIONS_TIMEOUT_MS };
    const facts = observeJob(job, await podsOf(job), backoffs.get(uidOf(job)) ?? NO_BACKOFF);
    const step = decideJob(facts, clock.now());
    const { error, ...outcome } = await carryOut(facts, step);
    await count(facts, step, outcome);
    if (error !== undefined) throw error;
    const afterMs = againInMs(facts, step, clock.now());
    return afterMs === undefined ? undefined : { afterMs };
  }

  function forget(job: Job): undefined {
    backoffs.delete(uidOf(job));
    releases.forget(uidOf(job));
    control.forget(job);
  }

  /** Those that were just adopted have their finalizer, which the cache does not show yet. */
  async function podsOf(job: Job): Promise<readonly Pod[]> {
    const owned = await claimPods(job);
    return owned.map((pod) => (controllerOf(pod) || isTracked(pod) ? pod : tracked(pod)));
  }

  async function carryOut(facts: JobFacts, step: JobStep): Promise<Outcome> {
    const { job } = facts;
    switch (step.type) {
      case 'create':
        return createPods(facts, step.indexes);
      case 'end':
        return deletePods(step.active, (pod) => control.delete(job, pod));
      case 'delete':
        // Pods that are not needed count neither as failed nor as succeeded.
        return deletePods(step.pods, async (pod) => {
          await release(job, pod);
          await control.delete(job, pod);
        });
      default:
        return NOTHING_DONE;
    }
  }

  async function createPods(
    { job, indexes }: JobFacts,
    wanted: readonly (number | undefined)[],
  ): Promise<Outcome> {
    let created = 0;
    const error = await slowStartEach(wanted, async (index) => {
      const replaced = index === undefined ? undefined : indexes?.replaced.get(index);
      await control.create(job, podFrom(job, index, replaced));
      created++;
    });
    return { ...NOTHING_DONE, created, error };
  }

  async function deletePods(
    victims: readonly Pod[],
    deleteOne: (pod: Pod) => Promise<void>,
  ): Promise<Outcome> {
    const results = await Promise.allSettled(victims.map(deleteOne));
    const gone = victims.filter((_, i) => results[i]?.status === 'fulfilled');
    const failure = results.find((result) => result.status === 'rejected');
    return {
      ...NOTHING_DONE,
      deleted: gone.length,
      deletedReady: gone.filter(isReady).length,
      error: failure?.reason,
    };
  }

  async function release(job: Job, pod: Pod): Promise<void> {
    if (!isTracked(pod)) return;
    await releasePod(client, pod);
    const { namespace = '', name = '' } = pod.metadata;
    const shown = pods.get({ namespace, name });
    if (shown && uidOf(shown) === uidOf(pod) && isTracked(shown)) releases.expect(uidOf(job), uidOf(pod));
  }

  /** Stores which pods have ended, takes their finalizers off, then stores what they come to. */
  async function count(facts: JobFacts, step: JobStep, outcome: PodOutcome): Promise<void> {
    const { job, pods: all } = facts;
    const account = accountFor(facts, step, outcome, clock.now());
    const listed = await writeStatus(job, account.status);
    recordSuspension(job, listed);
    backoffs.set(uidOf(job), facts.backoff);
    const results = await Promise.allSettled(account.released.map((pod) => release(job, pod)));
    const released = new Set(account.released.filter((_, i) => results[i]?.status === 'fulfilled'));
    const held = uidsOf(all.filter((pod) => isTracked(pod) && !released.has(pod)));
    const done = await writeStatus(listed, concludeStatus(listed, held, account, clock.now()));
    if (isJobFinished(done)) recordEnd(done);
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  }

  async function writeStatus(job: Job, status: JobStatus): Promise<Job> {
    if (deepEqual(status, job.status)) return job;
    return client.update<Job>(JOBS, { ...job, status }, { subresource: 'status', fieldManager: MANAGER });
  }

  function recordSuspension(before: Job, after: Job): void {
    const [old, now] = [before, after].map(
      ({ status }) => findCondition(status?.conditions, 'Suspended')?.status,
    );
    if (now === undefined || now === old) return;
    const [reason, message] = now === 'True' ? ['Suspended', 'Job suspended'] : ['Resumed', 'Job resumed'];
    record(after, 'Normal', reason, message);
  }

  function recordEnd(job: Job): void {
    const { type, reason = '', message = '' } = finishedCondition(job) ?? {};
    if (type === 'Failed') {
      record(job, 'Warning', reason, message);
      return;
    }
    if ((job.status?.succeeded ?? 0) > (job.spec.completions ?? Infinity)) {
      const tooMany = 'Too many succeeded pods running after completion count reached';
      record(job, 'Warning', 'TooManySucceededPods', tooMany);
    }
    record(job, 'Normal', 'Completed', 'Job completed');
  }

  informers.jobs.listen({ delete: forget });

  return createController({
    name: 'job',
    clock,
    logger,
    watches: [watch(informers.jobs, (job) => [keyOf(job.metadata)]), watch(pods, keysOf)],
    reconcile,
  });
}

interface Outcome extends PodOutcome {
  /** The first that went wrong; undefined: all is done. */
  readonly error: unknown;
}

const NOTHING_DONE: Outcome = { created: 0, deleted: 0, deletedReady: 0, error: undefined };

const ownerOf = (pod: Pod): string => controllerOf(pod)?.uid ?? '';
const uidOf = ({ metadata }: KubeObject): string => metadata.uid ?? '';

const tracked = (pod: Pod): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER] },
});
