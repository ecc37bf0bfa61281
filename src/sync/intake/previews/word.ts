import { type Clock, rfc3339 } from '../../../base/clock.ts';
import { ProblemError } from '../../../base/errors.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import type { PreviewWord } from '../../../model/faces.ts';
import { fullName } from '../../../model/names.ts';
import { expiryOf } from '../../../model/previews.ts';
import { DELIVERIES, type Environment, PILOTAGE_NAMESPACE, type PreviewTerms } from '../../../model/types.ts';
import { changePreview } from './record.ts';

/** However often it is extended: whoever wants it longer says so again. */
const MOST_MS = 30 * 86_400_000;

/** A person's word for a preview that is there: it stays longer, sleeps, or wakes. */
export async function giveWord(
  options: { readonly home: KubeClient; readonly clock: Clock },
  environment: Environment,
  word: PreviewWord,
  by: string,
): Promise<{ readonly message: string }> {
  const preview = previewOf(environment);
  const name = fullName(environment);
  const now = options.clock.now();
  const { terms, message } = answered(preview, word, by, now);
  await changePreview(options, environment, terms);
  return { message: `${name} ${message}` };
}

/** The terms after a word, and what is said of it. Pure. */
function answered(
  before: PreviewTerms,
  word: PreviewWord,
  by: string,
  now: number,
): { readonly terms: PreviewTerms; readonly message: string } {
  const { asleep, ...awake } = before;
  if (word.type === 'sleep') {
    const since = asleep ?? { since: rfc3339(now), by };
    return { terms: { ...awake, asleep: since }, message: 'goes to sleep: its pods end, and nothing else.' };
  }
  if (word.type === 'wake') return { terms: { ...awake, usedAt: rfc3339(now) }, message: 'wakes.' };
  const until = Math.min(Math.max(now, expiryOf(before)) + word.seconds * 1000, now + MOST_MS);
  const keepUntil = rfc3339(until);
  return {
    terms: { ...before, keepUntil },
    message: `stays until ${keepUntil}, or as long as its branch moves.`,
  };
}

/**
 * That a commit is to have no preview any more. The next decision ends the one that there is; written down before, so that it is not made again.
 */
export async function recordDeleted(
  { home, clock }: { readonly home: KubeClient; readonly clock: Clock },
  environment: Environment,
): Promise<void> {
  previewOf(environment);
  const { delivery, branch } = environment.spec;
  const key = { namespace: PILOTAGE_NAMESPACE, name: delivery };
  const { status } = await home.get(DELIVERIES, key);
  const revision = status?.branches?.[branch];
  if (revision === undefined) return;
  const others = (status?.previews?.ended ?? []).filter((one) => one.branch !== branch);
  const ended = [...others, { branch, revision, reason: 'Deleted', at: rfc3339(clock.now()) }];
  const previews: JsonObject = {
    queue: (status?.previews?.queue ?? []).map((one) => ({ ...one })),
    ended: ended.map((one) => ({ ...one })),
  };
  await home.patch(
    DELIVERIES,
    key,
    { type: 'merge', body: { status: { previews } } },
    { subresource: 'status', fieldManager: 'pilotage-sync' },
  );
}

/** @throws ProblemError NotAPreview */
export function previewOf(environment: Environment): PreviewTerms {
  if (environment.spec.preview) return environment.spec.preview;
  throw new ProblemError({
    reason: 'NotAPreview',
    message: `${fullName(environment)} is no preview: it stands in pilotage.yaml.`,
    remedy: 'pilotage preview list',
  });
}
