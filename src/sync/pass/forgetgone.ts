import { problemOf } from '../../base/errors.ts';
import type { Environment } from '../../model/types.ts';
import type { BundledApp } from '../plan/types.ts';
import { forgetKept } from '../state/generated.ts';
import type { PassParts } from './parts.ts';

/** What was made for an app goes with it; not while a pin holds a revision that did not have it yet. The next rollout tries again. */
export async function forgetGone(
  { home, logger }: PassParts,
  { metadata, spec }: Environment,
  apps: readonly BundledApp[],
): Promise<void> {
  if (spec.pin) return;
  const there = new Set(apps.map(({ name }) => name));
  await forgetKept(home, spec, (app) => !there.has(app)).catch((error: unknown) =>
    logger.warn(
      { environment: metadata.name, error: problemOf(error).message },
      'what was made for apps that are gone could not be removed',
    ),
  );
}
