import { type Lookup, type LookupAnswers, lookupKey } from '../recorded.ts';
import { GoError, type GoMap, int64, type Value } from './values.ts';

/** The objects of a cluster that templates ask for. A render speaks to none: it is given answers, and tells what it was asked. */
export interface Lookups {
  /** The object or the list; an empty map for what does not exist or is not known yet. @throws GoError what the cluster said */
  ask(lookup: Lookup): GoMap;
  /** What was asked and is not known, each once, in the order of the first time. */
  unanswered(): readonly Lookup[];
}

/** More are not worth telling: nobody answers as many. */
const MOST_UNANSWERED = 200;
/** Kind, namespace and name together. */
const LONGEST = 1000;

export function createLookups(answers: LookupAnswers): Lookups {
  const unanswered = new Map<string, Lookup>();
  return {
    ask(lookup) {
      const key = lookupKey(lookup);
      const answer = Object.hasOwn(answers, key) ? answers[key] : undefined;
      if (answer === undefined) {
        if (key.length > LONGEST) throw new GoError('what is looked up has a name that is too long');
        if (unanswered.size < MOST_UNANSWERED) unanswered.set(key, lookup);
        return new Map();
      }
      if ('error' in answer) throw new GoError(answer.error);
      return membersOf(answer.object);
    },
    unanswered: () => [...unanswered.values()],
  };
}

const membersOf = (object: object): GoMap =>
  new Map(Object.entries(object).map(([name, member]) => [name, unstructured(member)]));

/** As apimachinery's unstructured objects hold JSON: whole numbers are int64, all others float64. */
function unstructured(json: unknown): Value {
  if (Array.isArray(json)) return json.map(unstructured);
  if (typeof json === 'object' && json !== null) return membersOf(json);
  if (typeof json === 'bigint') return int64(json);
  if (typeof json === 'number') return Number.isSafeInteger(json) ? int64(BigInt(json)) : json;
  return typeof json === 'string' || typeof json === 'boolean' ? json : null;
}
