import { problemOf } from '../../../base/errors.ts';
import type { Again } from '../../../base/queue.ts';
import { byNamespace, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import { createInformer } from '../../../kube/client/informer.ts';
import { updateObject } from '../../../kube/client/update.ts';
import type { HorizontalPodAutoscaler, Pod } from '../../../kube/kinds/objects.data.ts';
import { V2_HORIZONTAL_POD_AUTOSCALERS } from '../../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { matches, parseSelector, type Requirement } from '../../../kube/values/selectors.ts';
import { isNotFound } from '../../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { type Decision, decide, decideByBounds, isEarly, PERIOD_MS, undecidable } from './decide.ts';
import { measure } from './metrics.ts';
import { type Memory, remembering, withScaling } from './stabilize.ts';
import { autoscalerStatus, type Outcome } from './status.ts';
import { readScale, type ScaledTarget, writeScale } from './target.ts';

/** While it is too early. */
const SOON_MS = 1_000;

/** Keeps as many replicas of a target as its metrics ask for. */
export function createHorizontalPodAutoscaler(context: ControllerContext): Controller {
  const { client, reader, clock, logger, record, informers, elsewhere } = context;
  const { pods } = informers;
  const autoscalers = createInformer({
    client: reader,
    resource: V2_HORIZONTAL_POD_AUTOSCALERS,
    clock,
    logger,
  });
  const autoscalersIn = autoscalers.index(byNamespace);
  const podsIn = pods.index(byNamespace);
  const memories = new Map<string, Memory>();
  /** When each was looked at last, and which pods its target selects. */
  const lookedAt = new Map<string, number>();
  const selectors = new Map<string, readonly Requirement[]>();

  autoscalers.listen({
    delete({ metadata }) {
      for (const known of [memories, lookedAt, selectors]) known.delete(keyOf(metadata));
    },
  });

  /** Changes do not hasten it, its own least of all: windows are counted in looks. */
  async function reconcile(key: string): Promise<Again> {
    const autoscaler = autoscalers.get(splitKey(key));
    if (!autoscaler) return undefined;
    const begun = clock.monotonic();
    const last = lookedAt.get(key);
    const restMs = last === undefined ? 0 : last + PERIOD_MS - begun;
    if (restMs > 0) return { afterMs: restMs };
    lookedAt.set(key, begun);
    if (await look(key, autoscaler)) return { afterMs: Math.max(0, begun + PERIOD_MS - clock.monotonic()) };
    lookedAt.delete(key);
    return { afterMs: SOON_MS };
  }

  /** False where it is too early to say anything. */
  async function look(key: string, autoscaler: HorizontalPodAutoscaler): Promise<boolean> {
    const target = await readScale(client, autoscaler);
    if ('problem' in target) {
      const message = `the HPA controller was unable to get the target's current scale: ${target.problem}`;
      record(autoscaler, 'Warning', 'FailedGetScale', target.problem);
      const conditions = [
        { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message } as const,
      ];
      await writeStatus(autoscaler, { conditions, isRescaled: false });
      return true;
    }
    const memory = memories.get(key) ?? remembering(target.current, clock.now());
    const decision =
      decideByBounds(autoscaler, target, memory) ?? (await byMetrics(key, autoscaler, target, memory));
    const selected = podsIn(target.key.namespace).filter((pod) => isSelected(key, pod));
    if (isEarly(autoscaler, selected, decision, clock.now())) return false;
    memories.set(key, decision.memory);
    for (const { reason, message } of decision.events) record(autoscaler, 'Warning', reason, message);
    await writeStatus(autoscaler, await carryOut(key, autoscaler, target, decision));
    return true;
  }

  const isSelected = (key: string, { metadata }: Pod): boolean => {
    const requirements = selectors.get(key);
    return requirements !== undefined && matches(requirements, metadata.labels);
  };

  async function byMetrics(
    key: string,
    autoscaler: HorizontalPodAutoscaler,
    target: ScaledTarget,
    memory: Memory,
  ): Promise<Decision> {
    const { namespace = '' } = autoscaler.metadata;
    const selected = selectedPods(key, namespace, target.selector, memory);
    if (!('pods' in selected)) return selected;
    const scope = { namespace, selector: target.selector };
    const measured = await Promise.all(
      (autoscaler.spec.metrics ?? []).map((metric) => measure({ client, elsewhere }, metric, scope)),
    );
    return decide({ autoscaler, target, pods: selected.pods, measured, memory }, clock.now());
  }

  /** The pods of a target, which only one autoscaler may be responsible for. */
  function selectedPods(
    key: string,
    namespace: string,
    selector: string,
    memory: Memory,
  ): Decision | { readonly pods: readonly Pod[] } {
    const invalid = (reason: string, message: string, said = message, condition = reason) =>
      undecidable(memory, { reason, message }, condition, said);
    if (selector === '') {
      const said = "the HPA target's scale is missing a selector";
      return invalid('SelectorRequired', 'selector is required', said, 'InvalidSelector');
    }
    const parsed = parseSelector(selector);
    if (!parsed.ok) {
      const [{ message }] = parsed.problems;
      const problem = `couldn't convert selector into a corresponding internal selector object: ${message}`;
      return invalid('InvalidSelector', problem);
    }
    selectors.set(key, parsed.value);
    const selected = podsIn(namespace).filter((pod) => isSelected(key, pod));
    const responsible = autoscalersIn(namespace)
      .map((other) => keyOf(other.metadata))
      .filter((other) => selected.some((pod) => isSelected(other, pod)));
    if (responsible.length <= 1) return { pods: selected };
    const names = responsible.map((other) => `{${splitKey(other).name} ${namespace}}`).sort();
    const problem = `pods by selector ${selector} are controlled by multiple HPAs: [${names.join(' ')}]`;
    return invalid('AmbiguousSelector', problem);
  }

  async function carryOut(
    key: string,
    autoscaler: HorizontalPodAutoscaler,
    target: ScaledTarget,
    { conditions, rescale, isUnknown, currentMetrics, memory }: Decision,
  ): Promise<Outcome> {
    const able = (status: 'True' | 'False', reason: string, message: string) =>
      ({ type: 'AbleToScale', status, reason, message }) as const;
    const { current } = target;
    const known = autoscaler.status?.desiredReplicas ?? 0;
    const found = "the HPA controller was able to get the target's current scale";
    const outcome = {
      conditions: [able('True', 'SucceededGetScale', found), ...conditions],
      ...(currentMetrics ? { currentMetrics } : {}),
    };
    if (!rescale) {
      return { ...outcome, replicas: { current, desired: isUnknown ? known : current }, isRescaled: false };
    }
    const { replicas, reason } = rescale;
    const told = `New size: ${replicas}; reason: ${reason}`;
    try {
      await writeScale(client, target, replicas);
    } catch (error) {
      const { message } = problemOf(error);
      record(autoscaler, 'Warning', 'FailedRescale', `${told}; error: ${message}`);
      const failed = `the HPA controller was unable to update the target scale: ${message}`;
      return {
        ...outcome,
        conditions: [...outcome.conditions, able('False', 'FailedUpdateScale', failed)],
        replicas: { current, desired: known },
        isRescaled: false,
      };
    }
    record(autoscaler, 'Normal', 'SuccessfulRescale', told);
    memories.set(key, withScaling(memory, current, replicas, clock.now()));
    const done = `the HPA controller was able to update the target scale to ${replicas}`;
    return {
      ...outcome,
      conditions: [...outcome.conditions, able('True', 'SucceededRescale', done)],
      replicas: { current, desired: replicas },
      isRescaled: true,
    };
  }

  async function writeStatus(autoscaler: HorizontalPodAutoscaler, outcome: Outcome): Promise<void> {
    const { namespace = '', name = '', uid } = autoscaler.metadata;
    try {
      await updateObject({
        client,
        resource: V2_HORIZONTAL_POD_AUTOSCALERS,
        key: { namespace, name },
        known: autoscaler,
        subresource: 'status',
        fieldManager: MANAGER,
        change(live) {
          const status = autoscalerStatus(live, outcome, clock.now());
          return live.metadata.uid !== uid || deepEqual(status, live.status)
            ? undefined
            : { ...live, status };
        },
      });
    } catch (error) {
      if (isNotFound(error)) return;
      record(autoscaler, 'Warning', 'FailedUpdateStatus', problemOf(error).message);
      throw error;
    }
  }

  return createController({
    name: 'horizontalpodautoscaler',
    clock,
    logger,
    // Five, as there: a look may wait for metrics.
    concurrency: 5,
    watches: [watch(autoscalers, ({ metadata }) => [keyOf(metadata)]), watch(pods, () => [])],
    reconcile,
  });
}
