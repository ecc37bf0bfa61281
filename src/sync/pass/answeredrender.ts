import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { pooled } from '../../base/pooled.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import { type Lookup, type LookupAnswer, type LookupAnswers, lookupKey } from '../../render/recorded.ts';
import type { Rendered } from '../../render/types.ts';
import type { LookedUp } from '../cluster/lookup.ts';

export interface AnsweredRequest {
  readonly app: string;
  readonly render: (lookups: LookupAnswers) => Promise<Result<Rendered>>;
  /** Answers of before, which are not asked for again. */
  readonly known: LookupAnswers;
  readonly lookUp: (lookup: Lookup) => Promise<LookedUp>;
}

export interface AnsweredRender {
  readonly rendered: Rendered;
  /** All answers that were given, but for those that are judged again each time. */
  readonly answers: LookupAnswers;
  /** Why some answers are that there is nothing. */
  readonly refusals: readonly Problem[];
  /** Objects of the environment itself that are live, and counted as absent so that the templates make them. */
  readonly asAbsent: readonly JsonObject[];
}

/** An object that is looked up may say which one is next. */
const ROUNDS = 5;
const MOST_LOOKUPS = 100;
const AT_ONCE = 8;
/** Of all answers together: they travel to the render, and are kept. */
const MOST_BYTES = 8_000_000;

type Known = ReadonlyMap<string, LookedUp & { readonly lookup?: Lookup }>;

/**
 * Renders again until every lookup is answered.
 *
 * A template that makes an object only where there is none yet (`if not (lookup …)`) would leave out what it has made itself, and the next
 * plan would prune it. So what the environment itself has delivered counts as absent where it is rendered then, and only then.
 */
export async function answeredRender(request: AnsweredRequest): Promise<Result<AnsweredRender>> {
  const known = Object.entries(request.known).map(([key, answer]) => [key, { answer }] as const);
  const first = await settled(request, new Map(known));
  if (!first.ok) return first;
  const left = leftOut(first.value);
  if (left.length === 0) return ok(answeredBy(first.value));
  const absent = new Map(first.value.known);
  for (const lookup of left) absent.set(lookupKey(lookup), { answer: { object: {} }, lookup });
  const again = await settled(request, absent);
  const isMade = again.ok && left.every((lookup) => holds(again.value.rendered, lookup));
  return ok(
    isMade ? { ...answeredBy(again.value), asAbsent: foundBy(first.value, left) } : answeredBy(first.value),
  );
}

interface Settled {
  readonly rendered: Rendered;
  readonly known: Known;
}

async function settled({ app, render, lookUp }: AnsweredRequest, before: Known): Promise<Result<Settled>> {
  const known = new Map(before);
  let bytes = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const result = await render(answersOf(known));
    if (!result.ok) return result;
    const missing = result.value.lookups ?? [];
    if (missing.length === 0) return ok({ rendered: result.value, known });
    if (known.size + missing.length > MOST_LOOKUPS) return failed(tooMany(app));
    await pooled(missing, AT_ONCE, async (lookup) => {
      if (bytes > MOST_BYTES) return;
      const found = await lookUp(lookup);
      bytes += Buffer.byteLength(JSON.stringify(found.answer));
      known.set(lookupKey(lookup), { ...found, lookup });
    });
    if (bytes > MOST_BYTES) return failed(tooLarge(app));
  }
  return failed(endless(app));
}

const answersOf = (known: Known): Record<string, LookupAnswer> =>
  Object.fromEntries([...known].map(([key, { answer }]) => [key, answer]));

const foundBy = ({ known }: Settled, lookups: readonly Lookup[]): readonly JsonObject[] =>
  lookups.flatMap((lookup) => {
    const answer = known.get(lookupKey(lookup))?.answer;
    return answer && 'object' in answer ? [answer.object] : [];
  });

/** What a person's word may change is no answer to keep. */
const answeredBy = ({ rendered, known }: Settled): AnsweredRender => ({
  rendered,
  answers: answersOf(new Map([...known].filter(([, { refusal }]) => refusal === undefined))),
  refusals: [...known.values()].flatMap(({ refusal }) => refusal ?? []),
  asAbsent: [],
});

/** Objects that the environment has delivered, and that this render has found and does not hold. */
const leftOut = ({ rendered, known }: Settled): readonly Lookup[] =>
  [...known.values()].flatMap(({ isDelivered, lookup }) =>
    isDelivered && lookup && !holds(rendered, lookup) ? [lookup] : [],
  );

const holds = ({ manifests }: Rendered, { apiVersion, kind, name, namespace }: Lookup): boolean =>
  manifests.some(
    ({ object }) =>
      object.kind === kind &&
      object.apiVersion === apiVersion &&
      object.metadata.name === name &&
      (object.metadata.namespace ?? namespace) === namespace,
  );

const tooMany = (app: string): Problem => ({
  reason: 'TooManyLookups',
  message: `app ${app}: its templates look up more than ${MOST_LOOKUPS} objects`,
  remedy: 'Look up a list, or name what is needed in the values.',
});

const tooLarge = (app: string): Problem => ({
  reason: 'LookupsTooLarge',
  message: `app ${app}: what its templates look up has more than ${MOST_BYTES / 1_000_000} MB`,
  remedy: 'Look up single objects instead of lists, or name what is needed in the values.',
});

const endless = (app: string): Problem => ({
  reason: 'TooManyLookups',
  message: `app ${app}: its templates look up something new after each of ${ROUNDS} rounds of answers`,
  remedy: 'Look up a list, or name what is needed in the values.',
});
