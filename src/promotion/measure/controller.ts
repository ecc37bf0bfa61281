import { problemOf } from '../../base/errors.ts';
import type { Again } from '../../base/queue.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { updateObject } from '../../kube/client/update.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { type Watched, watchAdvances } from '../../model/advancedclient.ts';
import { ENVIRONMENTS, type Environment, type Measurement, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { measuredNow } from '../gates/measured.ts';
import type { PromoteOptions } from '../options.ts';
import { measuredAfter, measuredIn, type Question, questionsOf } from './due.ts';
import { type AskWeb, type Probe, unknown } from './probe.ts';
import { probeMetric } from './prometheus.ts';
import { probeService } from './service.ts';

/** Gates whose facts are measured outside: gate → who measures. */
const PROBES: Readonly<Record<string, Probe>> = { http: probeService, metric: probeMetric };

export interface MeasureOptions extends Pick<PromoteOptions, 'home' | 'clock' | 'logger'> {
  readonly watched: Watched;
  /** The cluster that an environment runs in. Rejects where it cannot be had. */
  readonly clusterOf: (environment: Environment) => Promise<KubeClient>;
  readonly ask: AskWeb;
  /** Whether a gate that leads to a target may ask something of its source. */
  readonly mayAsk: (source: Environment, target: Environment, gate: string) => Promise<boolean>;
}

/** Measures for gates while something waits for them, and records it with the target. Keys are names of Environment objects. */
export function createMeasureController(options: MeasureOptions): Controller {
  const { watched, clock, logger } = options;
  const { environments } = watched;
  const followers = environments.index(measuredIn);
  const concerned = (changed: Environment): readonly string[] =>
    [changed, ...followers(nameOf(changed))].map(nameOf);
  const named = (name: string) => environments.get({ namespace: PILOTAGE_NAMESPACE, name });
  return createController({
    name: 'measurements',
    clock,
    logger,
    watches: [watch(environments, concerned), watchAdvances(watched, concerned)],
    async reconcile(key, signal): Promise<Again> {
      const target = named(key);
      if (!target) return undefined;
      const sources = measuredIn(target).flatMap((name) => named(name) ?? []);
      const now = clock.now();
      const questions = questionsOf(target, sources, Object.keys(PROBES), now);
      const due = questions.filter(({ at }) => at <= now);
      const measured = await Promise.all(due.map((one) => answer(options, target, one, signal)));
      if (measured.length > 0) await record(options, key, measured, sources);
      // What was recorded wakes it again, with the time of the next question.
      const next = questions.filter(({ at }) => at > now).map(({ at }) => at - now);
      return next.length === 0 ? undefined : { afterMs: Math.min(...next) };
    },
  });
}

const nameOf = ({ metadata }: Environment): string => metadata.name ?? '';

async function answer(
  { home, clusterOf, ask, clock, mayAsk }: MeasureOptions,
  target: Environment,
  { source, gate, setting, asked, before }: Question,
  signal: AbortSignal,
): Promise<Measurement> {
  const now = clock.now();
  const context = {
    source,
    revision: asked.revision,
    home,
    client: () => clusterOf(source),
    ask,
    now,
    signal,
  };
  const probe = (await mayAsk(source, target, gate)) ? (PROBES[gate] ?? never) : unasked;
  const reading = await probe(setting, context).catch((error: unknown) => {
    signal.throwIfAborted();
    return unknown(problemOf(error).message);
  });
  return measuredNow(before, asked, reading, clock.now());
}

const unasked: Probe = async (_setting, { source }) => {
  const { delivery, environment } = source.spec;
  return unknown(
    `no pilotage.yaml that was deployed in ${delivery}/${environment} names this gate, so nothing is asked there`,
  );
};
const never: Probe = async () => unknown('nobody measures it');

async function record(
  { home, clock }: MeasureOptions,
  name: string,
  measured: readonly Measurement[],
  sources: readonly Environment[],
): Promise<void> {
  await updateObject<Environment>({
    client: home,
    resource: ENVIRONMENTS,
    key: { namespace: PILOTAGE_NAMESPACE, name },
    change(current) {
      if (current.status === undefined) return undefined;
      const { status } = current;
      return {
        ...current,
        status: { ...status, measured: measuredAfter(status.measured ?? [], measured, sources) },
      };
    },
    clock,
    subresource: 'status',
    fieldManager: 'pilotage-promotion',
  }).catch(notFoundAsUndefined);
}
