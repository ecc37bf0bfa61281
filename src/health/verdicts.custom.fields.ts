import type { KubeObject } from '../kube/values/types.ts';
import { type Evidence, recordOf } from './evidence.ts';
import { toneOf } from './words.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Fields that hold one word for the whole: `phase`, `state`, `currentStatus`, `health`. What is only desired says nothing. */
const WORD_FIELD = /^(?!desired|previous|last)(?:\w*(?:phase|state|status)|health|compliant)$/i;
/** Fields that hold what went wrong, and nothing when nothing did. */
const ERROR_FIELD =
  /^(?:error|errors|errMsg|errorMessage|errorDescription|errorReason|failureMessage|failureReason|reconcileError)$/i;
/** Fields that are true when all is well. */
const FLAG_FIELD = /^(?:ready|healthy|available|readyToUse|succeeded)$/i;

/** What the fields of a status say beside its conditions. */
export function fieldEvidence({ spec }: KubeObject, status: Fields): readonly Evidence[] {
  return [
    ...Object.entries(status).flatMap(([name, value]) => one(name, value)),
    ...nested(status, '', 0),
    ...replicas(recordOf(spec) ?? {}, status),
  ];
}

function one(name: string, value: unknown): readonly Evidence[] {
  if (ERROR_FIELD.test(name)) return errorOf(name, value);
  if (FLAG_FIELD.test(name)) return flagOf(name, value);
  return WORD_FIELD.test(name) && typeof value === 'string' ? wordOf(name, value) : [];
}

function wordOf(name: string, value: string): readonly Evidence[] {
  const tone = toneOf(value);
  return tone === undefined
    ? []
    : [{ tone, reason: value.slice(0, 60), message: `status.${name} is ${value}` }];
}

function errorOf(name: string, value: unknown): readonly Evidence[] {
  if (typeof value === 'string' && value !== '') return [{ tone: 'bad', reason: 'Error', message: value }];
  const empty = Array.isArray(value) ? value.length === 0 : Object.keys(recordOf(value) ?? {}).length === 0;
  return empty ? [] : [{ tone: 'bad', reason: 'Error', message: `status.${name} is set` }];
}

function flagOf(name: string, value: unknown): readonly Evidence[] {
  const text = String(value).toLowerCase();
  if (text === 'false') return [{ tone: 'lacking', reason: 'NotReady', message: `status.${name} is false` }];
  return text === 'true' ? [{ tone: 'good' }] : [];
}

/** Words further down: of a part (`status.sync.status`), of each of several (`status.members[].state`). What is well there says nothing of the whole. */
function nested(value: unknown, path: string, depth: number): readonly Evidence[] {
  const parts = Array.isArray(value) ? value.slice(0, MOST_PARTS) : [value];
  return parts.flatMap((part) =>
    Object.entries(recordOf(part) ?? {}).flatMap(([name, below]) => {
      if (PAST.test(name)) return [];
      const at = `${path}${name}`;
      const said = depth > 0 && typeof below === 'string' && PART_FIELD.test(name) ? wordOf(at, below) : [];
      const further = depth < DEEPEST ? nested(below, `${at}.`, depth + 1) : [];
      return [...said.filter(({ tone }) => tone !== 'good' && tone !== 'suspended'), ...further];
    }),
  );
}

const PART_FIELD = /^(?:phase|state|status|health|healthStatus|compliant)$/i;
/** What was, and what conditions say in their own way. */
const PAST = /^(?:conditions|.*history|previous.*|last.*|.*events?|details?)$/i;
const DEEPEST = 3;
/** Of a list, so many are looked at. */
const MOST_PARTS = 100;

/** Fewer than the spec asks for are ready, or of the new kind. */
function replicas(spec: Fields, status: Fields): readonly Evidence[] {
  const wanted = spec.replicas;
  if (typeof wanted !== 'number') return [];
  return ['readyReplicas', 'availableReplicas', 'updatedReplicas'].flatMap((name) => {
    const count = status[name];
    return typeof count === 'number' && count < wanted
      ? [{ tone: 'busy' as const, reason: 'Unavailable', message: `${name} ${count} of ${wanted}` }]
      : [];
  });
}
