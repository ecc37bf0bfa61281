import { rfc3339 } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import { once } from '../../../base/once.ts';
import type { Again } from '../../../base/queue.ts';
import { byController, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, type Watch, watch } from '../../../kube/client/controller.ts';
import { createMutationCache } from '../../../kube/client/mutationcache.ts';
import type { CronJob, CronJobStatus, Job, ObjectReference } from '../../../kube/kinds/objects.data.ts';
import { CRON_JOBS, JOBS } from '../../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { isAlreadyExists, notFoundAsUndefined } from '../../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { isControlledBy } from '../controllerref.ts';
import type { Happening } from '../happening.ts';
import { ownerKeys } from '../ownerkeys.ts';
import { activeOf, reviewJobs, withActive, withoutActive } from './active.ts';
import { decideStart, nextInMs } from './decide.ts';
import { surplusJobs } from './history.ts';
import { jobFrom } from './job.ts';

/** Starts Jobs at the times of their CronJobs, and keeps the last ones. `decide.ts` says when one starts. */
export function createCronJobController(context: ControllerContext): Controller {
  const { clock, logger, record, informers } = context;
  // What was started a moment ago must be known when the next event comes.
  const cronJobs = createMutationCache(informers.cronJobs, CRON_JOBS);
  const jobs = createMutationCache(informers.jobs, JOBS);
  const client = cronJobs.recording(jobs.recording(context.client));
  const jobsOf = jobs.index(byController);

  async function reconcile(key: string): Promise<Again> {
    const cronJob = cronJobs.get(splitKey(key));
    if (!cronJob) return undefined;
    const owned = jobsOf(cronJob.metadata.uid ?? '');
    const kept = await forgetOldest(cronJob, owned);
    const review = reviewJobs(kept, owned, await missingOf(kept, owned));
    tell(cronJob, review.events);
    const reviewed = { ...kept, status: review.status };
    const { start, replaced, events, afterMs } = decideStart(reviewed, ownZone(), clock.now());
    tell(cronJob, events);
    let { status } = reviewed;
    try {
      for (const reference of replaced) status = await replace(cronJob, reference, status);
      if (start !== undefined) status = await startJob(cronJob, start, status);
    } finally {
      await writeStatus(cronJob, status);
    }
    return afterMs === undefined ? undefined : { afterMs };
  }

  function tell(cronJob: CronJob, events: readonly Happening[]): void {
    for (const { type, reason, message } of events) record(cronJob, type, reason, message);
  }

  /** A Job that could not be deleted is tried again with the next change. */
  async function forgetOldest(cronJob: CronJob, owned: readonly Job[]): Promise<CronJob> {
    let { status = {} } = cronJob;
    for (const job of surplusJobs(cronJob, owned)) {
      if (await deleteJob(cronJob, job)) status = withoutActive(status, job.metadata.uid);
    }
    return deepEqual(status, cronJob.status ?? {}) ? cronJob : { ...cronJob, status };
  }

  async function deleteJob(cronJob: CronJob, job: Job): Promise<boolean> {
    const { namespace = '', name = '', uid = '' } = job.metadata;
    const options = { propagationPolicy: 'Background', preconditions: { uid } } as const;
    try {
      await client.delete(JOBS, { namespace, name }, options);
      record(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
      return true;
    } catch (error) {
      record(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${problemOf(error).message}`);
      return false;
    }
  }

  /** The cache may lag: the API says whether an active Job exists. */
  async function missingOf(cronJob: CronJob, owned: readonly Job[]): Promise<readonly ObjectReference[]> {
    const known = new Set(owned.map(({ metadata }) => metadata.uid));
    const unseen = activeOf(cronJob).filter(({ uid }) => !known.has(uid));
    const found = await Promise.all(unseen.map(readJob));
    return unseen.filter((_, i) => found[i] === undefined);
  }

  const readJob = ({ namespace = '', name = '' }: ObjectReference): Promise<Job | undefined> =>
    client.get(JOBS, { namespace, name }).catch(notFoundAsUndefined);

  async function replace(
    cronJob: CronJob,
    reference: ObjectReference,
    status: CronJobStatus,
  ): Promise<CronJobStatus> {
    const job = await readJob(reference);
    if (job && !(await deleteJob(cronJob, job))) throw new Error(`could not replace job ${reference.name}`);
    return withoutActive(status, reference.uid);
  }

  async function startJob(cronJob: CronJob, time: number, status: CronJobStatus): Promise<CronJobStatus> {
    const wanted = jobFrom(cronJob, time);
    const { namespace = '' } = cronJob.metadata;
    try {
      const job = await client.create(JOBS, wanted, { namespace, fieldManager: MANAGER });
      record(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
      return withStart(status, job, time);
    } catch (error) {
      // Made in an earlier pass that could not write the status, or by somebody else, whose it is then.
      const made = isAlreadyExists(error) ? await readJob(wanted.metadata) : undefined;
      if (made) return isControlledBy(made, cronJob) ? withStart(status, made, time) : status;
      record(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${problemOf(error).message}`);
      throw error;
    }
  }

  async function writeStatus(cronJob: CronJob, status: CronJobStatus): Promise<void> {
    const { active = [], ...others } = status;
    const written: CronJobStatus = active.length > 0 ? status : others;
    if (deepEqual(written, cronJob.status ?? {})) return;
    await client.update(
      CRON_JOBS,
      { ...cronJob, status: written },
      { subresource: 'status', fieldManager: MANAGER },
    );
  }

  /** Another schedule is not taken up for times that have passed: it waits for its next one. */
  const changes: Watch = {
    ...watch(informers.cronJobs, () => []),
    connect: (enqueue) =>
      informers.cronJobs.listen({
        add: ({ metadata }) => enqueue(keyOf(metadata)),
        update(cronJob, before) {
          const key = keyOf(cronJob.metadata);
          const waitMs = hasNewSchedule(before, cronJob)
            ? nextInMs(cronJob, ownZone(), clock.now())
            : undefined;
          if (waitMs === undefined) enqueue(key);
          else controller.enqueueAfter(key, waitMs);
        },
      }),
  };

  const controller = createController({
    name: 'cronjob',
    clock,
    logger,
    watches: [changes, watch(informers.jobs, ownerKeys(CRON_JOBS, adoptsNone))],
    reconcile,
  });
  return controller;
}

const withStart = (status: CronJobStatus, job: Job, time: number): CronJobStatus => ({
  ...withActive(status, job),
  lastScheduleTime: rfc3339(time),
});

/** A Job that nobody owns is none of its business. */
const adoptsNone = (): readonly CronJob[] => [];

const hasNewSchedule = ({ spec: before }: CronJob, { spec }: CronJob): boolean =>
  before.schedule !== spec.schedule || before.timeZone !== spec.timeZone;

/** The zone of this machine. */
const ownZone = once(() => new Intl.DateTimeFormat().resolvedOptions().timeZone);
