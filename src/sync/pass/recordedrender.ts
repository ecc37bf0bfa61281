import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { pooled } from '../../base/pooled.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { isAlreadyExists, isConflict } from '../../kube/values/status.ts';
import { renderKey } from '../../render/key.ts';
import type { Generated, Lookup } from '../../render/recorded.ts';
import { lookupKey } from '../../render/recorded.ts';
import type { Rendered, RenderRequest } from '../../render/types.ts';
import type { LookedUp } from '../cluster/lookup.ts';
import type { SyncOptions } from '../options.ts';
import type { Render } from '../source/source.ts';
import { type Kept, type KeptNow, NOTHING_KEPT, readKept, writeKept } from '../state/generated.ts';
import { holdersOf } from '../state/holders.ts';

export interface RecordedRender {
  readonly render: Render;
  readonly home: SyncOptions['home'];
  /** Asks the environment's cluster, as the environment. */
  readonly lookUp: (lookup: Lookup) => Promise<LookedUp>;
  /** A plan on request uses what is kept, and keeps nothing. */
  readonly keeps: boolean;
  /** When a person last asked for a reconcile: what was looked up before is looked up again. */
  readonly requestedAt: string | undefined;
}

/**
 * A render that makes once what would be another value each time, and knows what its templates look up. Both are kept before anything is
 * applied, so that a daemon which starts again renders the same. Answers are those of one outcome of the files: another commit that the app
 * is rendered otherwise from asks again, as an upgrade by Helm would.
 */
export function recordedRender(parts: RecordedRender): Render {
  return async (request, renamedFrom) => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const kept = await readKept(parts.home, request, request.app, renamedFrom);
      const answered = await renderAnswered(parts, kept, request);
      if (!answered.ok) return answered;
      const { rendered, lookups } = answered.value;
      if (!parts.keeps) return ok(warned(rendered, notKept(request.app, kept, rendered)));
      const content = contentAfter(kept, rendered, lookups, request.path);
      if (await keep(parts, request, kept, content)) return ok(rendered);
    }
    return failed(contended(request.app));
  };
}

/** Somebody renews a value at the same moment: then it is rendered with what is there now. */
const ATTEMPTS = 3;

/** An object that is looked up may say which one is next. */
const ROUNDS = 5;
const MOST_LOOKUPS = 100;
const AT_ONCE = 8;

interface Answered {
  readonly rendered: Rendered;
  readonly lookups: Kept['lookups'];
}

async function renderAnswered(
  { render, lookUp, requestedAt }: RecordedRender,
  kept: KeptNow,
  request: RenderRequest,
): Promise<Result<Answered>> {
  const known = new Map<string, LookedUp>();
  let of: string | undefined;
  const outcome = (): string => (of ??= `${requestedAt ?? ''} ${renderKey({ ...request, images: {} })}`);
  if (kept.lookups?.render === outcome()) {
    for (const [key, answer] of Object.entries(kept.lookups.answers)) known.set(key, { answer });
  }
  for (let round = 0; round <= ROUNDS; round++) {
    const lookups = Object.fromEntries([...known].map(([key, { answer }]) => [key, answer]));
    const result = await render({ ...request, generated: kept.values, lookups });
    if (!result.ok) return result;
    const missing = result.value.lookups ?? [];
    if (missing.length === 0) return ok(answeredBy(result.value, outcome, known));
    if (known.size + missing.length > MOST_LOOKUPS) return failed(tooMany(request.app));
    await pooled(missing, AT_ONCE, async (one) => void known.set(lookupKey(one), await lookUp(one)));
  }
  return failed(endless(request.app));
}

function answeredBy(
  rendered: Rendered,
  outcome: () => string,
  known: ReadonlyMap<string, LookedUp>,
): Answered {
  const refusals = [...known.values()].flatMap(({ refusal }) => refusal ?? []);
  // What is refused is judged again each time: a person's word may be given meanwhile.
  const kept = [...known].filter(([, { refusal }]) => refusal === undefined);
  const answers = Object.fromEntries(kept.map(([key, { answer }]) => [key, answer]));
  return {
    rendered: warned(rendered, refusals),
    lookups: kept.length > 0 ? { render: outcome(), answers } : undefined,
  };
}

const warned = (rendered: Rendered, warnings: readonly Problem[]): Rendered =>
  warnings.length === 0 ? rendered : { ...rendered, warnings: [...rendered.warnings, ...warnings] };

/** Values of which the render made no use stay: the commit that brings them back finds them. */
function contentAfter(kept: KeptNow, rendered: Rendered, lookups: Kept['lookups'], path: string): Kept {
  const { generated = {} } = rendered;
  return {
    values: { ...kept.values, ...generated },
    holders: holdersOf(generated, rendered.manifests, path),
    ...(lookups ? { lookups } : {}),
  };
}

/** False where somebody else has written meanwhile. */
async function keep(
  { home }: RecordedRender,
  request: RenderRequest,
  before: KeptNow,
  next: Kept,
): Promise<boolean> {
  const { secret, ...content } = before;
  if (deepEqual(secret ? content : NOTHING_KEPT, next)) return true;
  try {
    await writeKept(home, request, request.app, before, next);
    return true;
  } catch (error) {
    if (isConflict(error) || isAlreadyExists(error)) return false;
    throw error;
  }
}

function notKept(app: string, kept: KeptNow, { generated = {} }: Rendered): readonly Problem[] {
  const fresh = Object.entries(generated).flatMap(([site, one]) =>
    Object.hasOwn(kept.values, site) ? [] : [one],
  );
  const [first] = fresh;
  if (!first) return [];
  const names = [...new Set(fresh.map(({ function: name }: Generated) => name))].join(', ');
  return [
    {
      reason: 'GeneratedNotKept',
      message: `app ${app}: this plan shows ${fresh.length === 1 ? 'a value' : `${fresh.length} values`} of ${names} that it made for itself; the sync makes others, and keeps those`,
      place: { file: first.template },
    },
  ];
}

const contended = (app: string): Problem => ({
  reason: 'GeneratedContended',
  message: `app ${app}: what its templates made could not be kept, because others wrote it ${ATTEMPTS} times meanwhile`,
});

const tooMany = (app: string): Problem => ({
  reason: 'TooManyLookups',
  message: `app ${app}: its templates look up more than ${MOST_LOOKUPS} objects`,
  remedy: 'Look up a list, or name what is needed in the values.',
});

const endless = (app: string): Problem => ({
  reason: 'TooManyLookups',
  message: `app ${app}: its templates look up something new after each of ${ROUNDS} rounds of answers`,
  remedy: 'Look up a list, or name what is needed in the values.',
});
