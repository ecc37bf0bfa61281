import type { Again } from '../../base/queue.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import type { Informer } from '../../kube/client/informer.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { environmentObjectName } from '../../model/names.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { agreedTargets } from '../intake/agreed.ts';
import type { RegisterOptions } from '../intake/register.ts';
import { askedTests, dueTests, isUnderWay } from '../plan/tests.ts';
import type { PassParts } from './parts.ts';
import { followTests, startTests } from './testrun.ts';

/** How soon a test that runs is looked at again. */
const LOOK_MS = 2_000;

/** Runs the tests that gates ask of environments, each once for each revision that is deployed. Keys are names of Environment objects. */
export function createTestController(
  options: PassParts & RegisterOptions,
  informer: Informer<Environment>,
): Controller {
  const { home, clock, logger, repository, releases } = options;
  const agreed = { repository, releasesOf: releases.of };
  return createController({
    name: 'tests',
    clock,
    logger,
    watches: [watch(informer, concerned)],
    concurrency: 2,
    baseDelayMs: 5_000,
    maxDelayMs: 300_000,
    async reconcile(name, signal): Promise<Again> {
      const known = informer.get({ namespace: PILOTAGE_NAMESPACE, name });
      const isBusy = known?.status?.tests?.some(isUnderWay) ?? false;
      const asking = known ? await agreedTargets(agreed, known, informer.list()) : [];
      const asked = known ? askedTests(known, asking) : [];
      if (!isBusy && (known === undefined || dueTests(known, asked).length === 0)) return undefined;
      // What this controller wrote a moment ago may not have been seen yet: a test must not run twice for that.
      const read = () =>
        home.get(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE, name }).catch(notFoundAsUndefined);
      const environment = await read();
      if (environment === undefined || environment.metadata.deletionTimestamp) return undefined;
      const goesOn = await followTests(options, environment, signal);
      const now = await read();
      const due = now ? dueTests(now, asked) : [];
      if (now && due.length > 0) await startTests(options, now, due, signal);
      return goesOn || due.length > 0 ? { afterMs: LOOK_MS } : undefined;
    },
  });
}

/** Itself, and those whose tests lead to it. */
function concerned({ metadata, spec, status }: Environment): readonly string[] {
  const from = [status?.promotionPolicy?.from ?? []].flat();
  return [metadata.name ?? '', ...from.map((name) => environmentObjectName(spec.delivery, name))];
}
