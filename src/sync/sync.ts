import { onAbort } from '../base/abort.ts';
import { rfc3339 } from '../base/clock.ts';
import { failed, ok, ProblemError, type Result, unwrap } from '../base/errors.ts';
import { Mutex } from '../base/mutex.ts';
import type { Again } from '../base/queue.ts';
import { createController, watch } from '../kube/client/controller.ts';
import { deepEqual } from '../kube/values/equal.ts';
import { notFoundAsUndefined } from '../kube/values/status.ts';
import type { Watched } from '../model/advancedclient.ts';
import type { ExplainRequest, Explanation } from '../model/explanation.ts';
import type { DryRunReport, PlanReport } from '../model/faces.ts';
import type { ImageChange } from '../model/imagereference.ts';
import { environmentObjectName, fullName } from '../model/names.ts';
import { suspensionOf as suspensionIn } from '../model/suspension.ts';
import {
  DELIVERIES,
  type Delivery,
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
} from '../model/types.ts';
import { problemOfPass } from './cluster/access.ts';
import { install } from './cluster/install.ts';
import { createWatchers } from './cluster/watchers.ts';
import { openBundles } from './history/bundles.ts';
import { type Indexes, openIndexes } from './indexes.ts';
import { accept } from './intake/accept.ts';
import { isSettled } from './intake/advance.ts';
import { recordBranches } from './intake/deliveries.ts';
import { declaredAt, govern } from './intake/govern.ts';
import { attend } from './intake/previews/attend.ts';
import { recordDeleted } from './intake/previews/word.ts';
import { type Affected, type Pushed, type Source, settleHold } from './intake/wanted.ts';
import type { SyncOptions } from './options.ts';
import { type AdoptionAnswer, adopt } from './pass/adopt.ts';
import { explainDeployed } from './pass/explaindeployed.ts';
import type { SuspensionOf } from './pass/parts.ts';
import { dryRunNow, type PlanRequest, prepareFor, reportOf } from './pass/planrequest.ts';
import { createReconciler } from './pass/reconcile.ts';
import { createTestController } from './pass/testcontroller.ts';
import type { AdoptionRequest } from './plan/adoption.ts';
import { type ConfirmRequest, confirmationOf } from './plan/confirm.ts';
import { counted } from './plan/describe.ts';
import { type ImageEdits, imageEdits } from './setimage/setimage.ts';
import { LOOKS, PACES } from './state/pacing.ts';
import { changeSpec } from './state/pin.ts';
import { createRecords, type Records } from './state/records.ts';
import { requestTeardown, type Teardown } from './state/requestteardown.ts';
import { conditionOf } from './state/status.ts';
import { holdOfEverything } from './state/suspensions.ts';

export interface Sync {
  /** What the home holds, from memory: for all that watches it too. It begins with the start of sync. */
  readonly watched: Watched;
  readonly records: Records;
  /** By which word of a person nothing is done in an environment now, from memory. */
  readonly suspensionOf: SuspensionOf;
  /** The history of an environment, from memory. Empty before the start. */
  readonly releasesOf: Indexes['releases']['of'];
  /** Installs the kinds of pilotage.dev into the home cluster and begins to reconcile. Resolves when environments are known. */
  start(signal: AbortSignal): Promise<void>;
  /** Resolves when the passes under way have returned. Nothing that runs is touched. */
  stop(): Promise<void>;
  /** Branches of a delivery as they are now. Durable before it resolves; the environments that it concerns. */
  observed(
    delivery: string,
    branches: Readonly<Record<string, string>>,
    defaultBranch: string | undefined,
    source: Source,
    pushed?: Pushed,
  ): Promise<readonly Affected[]>;
  /** What a sync would do now: of the wanted revision, of another one, or of a working copy. */
  plan(delivery: string, environment: string, options?: PlanRequest): Promise<Result<PlanReport>>;
  /** Every write of a sync as a dry run, the server's admission included. */
  dryRun(environment: Environment): Promise<Result<DryRunReport>>;
  /** Where the fields of an object of what is deployed come from. */
  explain(environment: Environment, request: ExplainRequest): Promise<Result<Explanation>>;
  /** Where other images would be written at a revision, and what the files would be. Writes nothing. */
  imageEdits(
    environment: Environment,
    asked: { readonly revision: string; readonly changes: readonly ImageChange[] },
  ): Promise<Result<ImageEdits>>;
  /** Puts in force what a pilotage.yaml proposes for an environment: a person's word, bound to exactly this proposal. */
  accept(environment: Environment, word: { proposal?: string; by: string }): Promise<{ message: string }>;
  /** Lets an environment delete what its plan, as it was shown, would delete. */
  confirm(environment: Environment, request: ConfirmRequest): Promise<{ message: string }>;
  /** Ends an environment, with what it delivered or without. */
  delete(environment: Environment, onDelete: Teardown): Promise<{ message: string }>;
  /** Lets an environment take over objects that its plan has found and that Pilotage did not make; asked of none, it reports them. */
  adopt(environment: Environment, request: AdoptionRequest): Promise<AdoptionAnswer>;
  /** Reconcile now, without back-off; and what a person agrees to: pruning the wanted revision, the tip after a force-push. */
  requestSync(
    delivery: string,
    environment: string,
    options?: {
      readonly confirmPrune?: boolean;
      readonly confirmRecreate?: boolean;
      readonly acknowledge?: string;
      /** Whose word it is that the wanted revision passes over windows, and why. */
      readonly override?: { readonly reason: string; readonly by: string };
    },
  ): Promise<void>;
}

export function createSync(options: SyncOptions): Sync {
  const { clock, logger } = options;
  const stopping = new AbortController();
  const indexes = openIndexes(options);
  const { home, environments, releases } = indexes;
  const { environments: informer, deliveries } = indexes.informers;
  const watchers = createWatchers(
    options,
    (key) => controller.enqueueAfter(key, LOOKS.settle),
    stopping.signal,
  );
  const suspensionOf = (environment: Environment) =>
    suspensionIn(
      environment,
      {
        delivery: deliveries.get({ namespace: PILOTAGE_NAMESPACE, name: environment.spec.delivery })?.spec
          .suspend,
        everything: holdOfEverything(indexes.informers.everything),
      },
      clock.now(),
    );
  const governed = {
    ...options,
    home,
    environments,
    releases,
    bundles: openBundles(options.blobs, options.releaseKey),
    claims: new Mutex(),
    suspensionOf,
  };
  const reconciler = createReconciler(governed, watchers, async (environment, revision, memory) => {
    const outcome = await govern(governed, environment, revision, memory);
    if (outcome !== 'as before') await recordAgain(environment.spec.delivery);
    return outcome === 'changed';
  });
  const controller = createController({
    name: 'sync',
    clock,
    logger,
    // Its synced state only: the listener below decides what wakes an environment, for most changes are our own status.
    watches: [watch(informer, () => [])],
    async reconcile(name, signal) {
      // What runs goes on, whatever keeps its branches from being read: it is asked again.
      const decideAgain = (delivery: string) =>
        recordAgain(delivery).catch((error: unknown) =>
          logger.error({ delivery, error: String(error) }, 'its previews cannot be decided anew'),
        );
      const due = await attend({ home, clock, decideAgain }, name);
      const again = await reconciler.reconcile(name, signal);
      return soonest(due, again);
    },
    // A pass mostly waits: for git, for a cluster. One that does not answer must not take all the places.
    concurrency: 16,
    baseDelayMs: PACES.pass.firstMs,
    maxDelayMs: PACES.pass.mostMs,
  });
  const tests = createTestController(governed, informer);
  /** Observations of one delivery are recorded one after the other, so that the last one reported is the last one recorded. */
  const turns = new Map<string, Promise<unknown>>();

  function inTurn<T>(delivery: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(delivery) ?? Promise.resolve()).then(work, work);
    turns.set(delivery, turn);
    const forget = () => void (turns.get(delivery) === turn && turns.delete(delivery));
    turn.then(forget, forget);
    return turn;
  }

  /** Records a delivery's branches again, because what it may use or the terms of an environment have changed: that may freeze an environment, or thaw it, without another push. */
  async function rerecord(name: string): Promise<void> {
    const key = { namespace: PILOTAGE_NAMESPACE, name };
    const { branches, defaultBranch } = (await home.get(DELIVERIES, key)).status ?? {};
    // Before its first push there is nothing to record.
    if (!branches) return;
    await recordBranches(governed, name, { branches, defaultBranch, source: 'poll', isRepeated: true });
  }

  const recordAgain = (delivery: string): Promise<void> => inTurn(delivery, () => rerecord(delivery));

  /** Of a delivery, or of all. What works for what is not wanted any more is interrupted. */
  function wakeAll(delivery?: string): void {
    for (const environment of informer.list()) {
      if (delivery !== undefined && environment.spec.delivery !== delivery) continue;
      reconciler.interrupt(environment);
      controller.enqueue(environment.metadata.name ?? '');
    }
  }

  const prepareNow = (environment: Environment, how: PlanRequest = {}) =>
    prepareFor(governed, environment, { signal: stopping.signal, ...how });

  async function deletePreview(environment: Environment, onDelete: Teardown): Promise<{ message: string }> {
    const { delivery, namespace } = environment.spec;
    if (onDelete === 'orphan') throw new ProblemError(leavesNothing(environment));
    await inTurn(delivery, () => recordDeleted(governed, environment));
    await recordAgain(delivery);
    return { message: `${fullName(environment)} is being deleted, with its namespace ${namespace}.` };
  }

  return {
    watched: indexes.informers,
    suspensionOf,
    releasesOf: (environment) => releases.of(environment),
    records: createRecords(home, informer, suspensionOf),
    async start(signal) {
      onAbort(signal, () => stopping.abort());
      await install(home, clock, signal);
      const wake = (environment: Environment) => controller.enqueue(environment.metadata.name ?? '');
      informer.listen({
        add: wake,
        update(environment, before) {
          reconciler.interrupt(environment);
          if (asksOtherwise(environment, before)) wake(environment);
          // What is deployed there may judge its sources by other rules of health.
          if (environment.status?.deployedRevision !== before.status?.deployedRevision)
            for (const source of sourcesOf(environment)) controller.enqueue(source);
        },
        delete: wake,
      });
      deliveries.listen({
        update({ metadata: { name = '' }, spec, status }, before) {
          // What counts at once: whether anything is done, and which rules of health may improve a verdict.
          const counts = ({ suspend, healthRules }: Delivery['spec']) => [suspend, healthRules];
          if (!deepEqual(counts(spec), counts(before.spec))) wakeAll(name);
          const words = ({ clusters, namespaces, clusterScoped, registries }: Delivery['spec']) => [
            clusters,
            namespaces,
            clusterScoped,
            registries,
          ];
          const mayAsBefore = deepEqual(words(spec), words(before.spec));
          // Which previews there are: whatever changes with that wakes itself.
          const arePreviewsSame =
            spec.previews === before.spec.previews &&
            deepEqual(status?.openPullRequests?.branches, before.status?.openPullRequests?.branches);
          if (mayAsBefore && arePreviewsSame) return;
          const logged = (error: unknown) =>
            logger.error({ delivery: name, error: String(error) }, 'its branches cannot be recorded again');
          recordAgain(name)
            .then(() => (mayAsBefore ? undefined : wakeAll(name)))
            .catch(logged);
        },
      });
      const everything = () => wakeAll();
      indexes.informers.everything.listen({ add: everything, update: everything, delete: everything });
      controller.start(stopping.signal);
      tests.start(stopping.signal);
      await indexes.start(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await Promise.all([controller.stop(), tests.stop()]);
    },
    observed: (delivery, branches, defaultBranch, source, pushed) =>
      inTurn(delivery, () => recordBranches(governed, delivery, { branches, defaultBranch, source, pushed })),
    async plan(delivery, environment, how) {
      const key = { namespace: PILOTAGE_NAMESPACE, name: environmentObjectName(delivery, environment) };
      const object = await home.get(ENVIRONMENTS, key).catch(notFoundAsUndefined);
      if (object === undefined) return failed(unknown(delivery, environment));
      return prepareNow(object, how)
        .then((now) => (now.ok ? ok(reportOf(now.value, how?.tree !== undefined)) : now))
        .catch((error: unknown) => failed(problemOfPass(object, error)));
    },
    dryRun: (environment) =>
      dryRunNow(governed, environment, { signal: stopping.signal }).catch((error: unknown) =>
        failed(problemOfPass(environment, error)),
      ),
    explain: (environment, request) =>
      explainDeployed(governed, environment, request, stopping.signal).catch((error: unknown) =>
        failed(problemOfPass(environment, error)),
      ),
    imageEdits: (environment, asked) =>
      imageEdits(governed, environment, asked, stopping.signal).catch((error: unknown) =>
        failed(problemOfPass(environment, error)),
      ),
    async accept(environment, word) {
      const accepted = await accept(governed, environment, word);
      await recordAgain(environment.spec.delivery);
      return accepted;
    },
    async delete(environment, onDelete) {
      if (environment.spec.preview) return deletePreview(environment, onDelete);
      const { delivery, namespace } = environment.spec;
      const key = { namespace: PILOTAGE_NAMESPACE, name: delivery };
      const object = await home.get(DELIVERIES, key).catch(notFoundAsUndefined);
      const { defaultBranch = '', branches = {} } = object?.status ?? {};
      const tip = branches[defaultBranch];
      const again = tip !== undefined && (await declaredAt(options, environment, tip)) !== undefined;
      await requestTeardown(governed, environment, onDelete);
      controller.enqueue(environment.metadata.name ?? '');
      const left = environment.status?.inventory?.length ?? 0;
      const what =
        onDelete === 'prune'
          ? `with ${left} objects; namespace ${namespace} stays`
          : `and leaves ${left} objects as they are`;
      const warning = again
        ? `\n  pilotage.yaml of ${defaultBranch} still defines it: the next push creates it again; take it out there as well`
        : '';
      return { message: `${fullName(environment)} is being deleted, ${what}.${warning}` };
    },
    async adopt(environment, request) {
      const answer = await adopt(governed, environment, request, stopping.signal);
      if (!answer.report) controller.enqueue(environment.metadata.name ?? '');
      return answer;
    },
    async confirm(environment, request) {
      const { prepared, revision } = unwrap(await prepareNow(environment, {}));
      const name = fullName(environment);
      const confirmed = confirmationOf(prepared.plan, { revision, name }, request, clock.now());
      await changeSpec(home, environment.metadata.name ?? '', {
        confirmed: { ...confirmed, objects: [...confirmed.objects] },
        syncRequestedAt: rfc3339(clock.now()),
      });
      controller.enqueue(environment.metadata.name ?? '');
      return {
        message: `${name} may delete ${counted(confirmed.objects.length, 'object')} of plan ${confirmed.plan}.`,
      };
    },
    async requestSync(delivery, environment, { confirmPrune, confirmRecreate, acknowledge, override } = {}) {
      const name = environmentObjectName(delivery, environment);
      const object = await home
        .get(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE, name })
        .catch(notFoundAsUndefined);
      if (object === undefined) throw new ProblemError(unknown(delivery, environment));
      const target = object.spec.pin?.revision ?? object.status?.wantedRevision;
      options.crashes?.forgive(name);
      await changeSpec(home, name, {
        syncRequestedAt: new Date(clock.now()).toISOString(),
        ...(confirmPrune && target ? { confirmPrune: target } : {}),
        ...(confirmRecreate && target ? { confirmRecreate: target } : {}),
        ...(acknowledge ? { acknowledgedTip: acknowledge } : {}),
        ...(override && target
          ? { override: { revision: target, at: rfc3339(clock.now()), ...override } }
          : {}),
      });
      // Before the answer: who then waits must not read that it is held.
      if (acknowledge && conditionOf(object, 'Held'))
        await settleHold(options, { ...object, spec: { ...object.spec, acknowledgedTip: acknowledge } });
      controller.enqueue(name);
    },
  };
}

/** Whether a change of an Environment is one that a pass has to answer, and not one that a pass has made. */
function asksOtherwise(now: Environment, before: Environment): boolean {
  const isMoved = now.status?.wantedRevision !== before.status?.wantedRevision;
  if (isMoved && !isSettled(now)) return true;
  const asked = ({ spec, metadata, status }: Environment) => [
    spec,
    metadata.deletionTimestamp,
    status?.conditions?.filter(({ type }) => type !== 'Ready'),
  ];
  return !deepEqual(asked(now), asked(before));
}

/** The names of the environments that it is promoted from. */
function sourcesOf({ spec, status }: Environment): readonly string[] {
  const policy = status?.promotionPolicy;
  const names = policy ? [policy.from, ...(policy.alsoFrom ?? [])] : [];
  return names.map((name) => environmentObjectName(spec.delivery, name));
}

/** The earlier of two moments to look again. */
const soonest = (one: Again, other: Again): Again =>
  one === undefined || other === undefined ? (one ?? other) : one.afterMs <= other.afterMs ? one : other;

const leavesNothing = (environment: Environment) => ({
  reason: 'BadRequest',
  message: `${fullName(environment)} is a preview: it goes with its namespace, and leaves nothing.`,
  remedy: `pilotage preview delete ${fullName(environment)}`,
});

const unknown = (delivery: string, environment: string) => ({
  reason: 'EnvironmentNotFound',
  message: `there is no environment ${delivery}/${environment}`,
  remedy: 'pilotage status lists those that are there.',
});
