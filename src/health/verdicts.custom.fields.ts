import type { KubeObject } from '../kube/values/types.ts';
import { type Evidence, recordOf } from './evidence.ts';
import { toneOf } from './words.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Fields that sum up the object in one word: `phase`, `state`, `currentStatus`, `health`. Desired states are ignored. */
const WORD_FIELD = /^(?!desired|previous|last)(?:\w*(?:phase|state|status)|health|compliant)$/i;
/** Fields that hold an error, and are empty when there is none. */
const ERROR_FIELD =
  /^(?:error|errors|errMsg|errorMessage|errorDescription|errorReason|failureMessage|failureReason|reconcileError)$/i;
/** Fields that are true when the object is healthy. */
const FLAG_FIELD = /^(?:ready|healthy|available|readyToUse|succeeded)$/i;

/** What the fields of a status say in addition to its conditions. */
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

/** Nested words: of a part (`status.sync.status`), or of each of several (`status.members[].state`). A healthy part says nothing about the whole. */
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
/** History, and what conditions express in their own way. */
const PAST = /^(?:conditions|.*history|previous.*|last.*|.*events?|details?)$/i;
const DEEPEST = 3;
/** How many items of a list are read. */
const MOST_PARTS = 100;

/** Fewer replicas than the spec asks for are ready or updated. */
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
