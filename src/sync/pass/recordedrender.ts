import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { once } from '../../base/once.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { isAlreadyExists, isConflict } from '../../kube/values/status.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import { movedSites, withMoved } from '../../render/gotemplate/movedvalues.ts';
import { renderKey } from '../../render/key.ts';
import type { Generated, Lookup } from '../../render/recorded.ts';
import type { Rendered, RenderRequest } from '../../render/types.ts';
import type { LookedUp } from '../cluster/lookup.ts';
import type { SyncOptions } from '../options.ts';
import type { Render } from '../source/source.ts';
import { endingCertificates } from '../state/certificateends.ts';
import { type Kept, type KeptNow, NOTHING_KEPT, readKept, writeKept } from '../state/generated.ts';
import { answeredRender } from './answeredrender.ts';
import { withLiveValues } from './livevalues.ts';

export interface RecordedRender {
  readonly render: Render;
  readonly home: SyncOptions['home'];
  /** Asks the environment's cluster, as the environment. */
  readonly lookUp: (lookup: Lookup) => Promise<LookedUp>;
  /** A plan on request uses what is kept, and keeps nothing. */
  readonly keeps: boolean;
  readonly now: () => Date;
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
      const before = await readKept(parts.home, request, request.app, renamedFrom);
      const answered = await renderMoved(parts, before, request);
      if (!answered.ok) return answered;
      const { rendered, lookups, kept } = answered.value;
      const { generated = {}, holders = {} } = rendered;
      const name = `${request.delivery}/${request.environment}`;
      const ending = endingCertificates(name, generated, holders, parts.now());
      if (!parts.keeps) return ok(warned(rendered, notKept(request.app, kept, rendered)));
      const content = contentAfter(kept, rendered, lookups);
      if (await keep(parts, request, kept, content))
        return ok(warned(rendered, [...madeAnew(request.app, kept, content), ...ending]));
    }
    return failed(contended(request.app));
  };
}

/** Somebody renews a value at the same moment: then it is rendered with what is there now. */
const ATTEMPTS = 3;

/** Renders again where calls have moved: with the values that they had. */
async function renderMoved(
  parts: RecordedRender,
  now: KeptNow,
  request: RenderRequest,
): Promise<Result<Answered & { readonly kept: KeptNow }>> {
  const first = await renderAnswered(parts, now, request);
  if (!first.ok) return first;
  const moved = movedSites(now.values, Object.keys(now.holders), first.value.rendered.generated ?? {});
  const kept = moved.size > 0 ? { ...now, values: withMoved(now.values, moved) } : now;
  const answered = moved.size > 0 ? await renderAnswered(parts, kept, request) : first;
  if (!answered.ok) return answered;
  const { rendered, asAbsent } = answered.value;
  const live = withLiveValues(request.app, rendered, asAbsent, kept.values);
  return ok({ ...answered.value, rendered: live, kept });
}

async function renderAnswered(
  { render, lookUp, requestedAt }: RecordedRender,
  kept: KeptNow,
  request: RenderRequest,
): Promise<Result<Answered>> {
  const of = once(() => `${requestedAt ?? ''} ${renderKey({ ...request, images: {} })}`);
  const known = !kept.renewing && kept.lookups && kept.lookups.render === of() ? kept.lookups.answers : {};
  const answered = await answeredRender({
    render: (lookups) => render({ ...request, generated: kept.values, lookups }),
    ...{ known, lookUp: withoutRenewing(lookUp, kept), app: request.app },
  });
  if (!answered.ok) return answered;
  const { rendered, answers, refusals, asAbsent } = answered.value;
  const lookups = Object.keys(answers).length > 0 ? { render: of(), answers } : undefined;
  return ok({ rendered: warned(rendered, refusals), lookups, asAbsent });
}

const withoutRenewing = (
  lookUp: RecordedRender['lookUp'],
  { renewing = [] }: KeptNow,
): RecordedRender['lookUp'] => {
  const absent = new Set(renewing);
  return async (lookup) =>
    absent.has(`${lookup.kind}/${lookup.name}`) ? { answer: { object: {} } } : lookUp(lookup);
};

interface Answered {
  readonly rendered: Rendered;
  readonly lookups: Kept['lookups'];
  readonly asAbsent: readonly JsonObject[];
}

const warned = (rendered: Rendered, warnings: readonly Problem[]): Rendered =>
  warnings.length === 0 ? rendered : { ...rendered, warnings: [...rendered.warnings, ...warnings] };

/** Values of which the render made no use stay: the commit that brings them back finds them. */
function contentAfter(kept: KeptNow, rendered: Rendered, lookups: Kept['lookups']): Kept {
  const { generated = {}, holders = {} } = rendered;
  const values = { ...kept.values, ...generated };
  const last = Object.entries({ ...kept.lastHolders, ...kept.holders }).filter(
    ([site]) => Object.hasOwn(values, site) && !Object.hasOwn(holders, site),
  );
  return {
    values,
    holders,
    ...(last.length > 0 ? { lastHolders: Object.fromEntries(last) } : {}),
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

/** Objects that held a value which is not used any more, and now hold one that was not there: its call is named otherwise. */
function madeAnew(app: string, before: KeptNow, after: Kept): readonly Problem[] {
  const left = Object.keys(before.holders).filter((site) => !Object.hasOwn(after.holders, site));
  const lost = new Set(left.flatMap((site) => before.holders[site] ?? []));
  const fresh = Object.keys(after.holders).filter((site) => !Object.hasOwn(before.values, site));
  const objects = new Set(fresh.flatMap((site) => after.holders[site] ?? []).filter((one) => lost.has(one)));
  if (objects.size === 0) return [];
  return [
    {
      reason: 'GeneratedAnew',
      message: `app ${app}: values that templates made for ${[...objects].join(', ')} are made anew, because their calls have moved or have other arguments`,
    },
  ];
}

const contended = (app: string): Problem => ({
  reason: 'GeneratedContended',
  message: `app ${app}: what its templates made could not be kept, because others wrote it ${ATTEMPTS} times meanwhile`,
});
