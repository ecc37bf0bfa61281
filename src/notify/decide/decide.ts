import type { Notified } from '../../model/kinds/common.ts';
import type { NotifyRule } from '../../model/types.ts';
import type { Notice } from '../message.ts';
import type { Facts } from './facts.ts';
import type { Owed, Told, Trouble } from './told.ts';

/** Trouble that ends by itself within this time is not told. */
export const SETTLES_MS = 15_000;
/** Trouble is over when it has been for this long: what comes back earlier is the same one. */
export const CALM_MS = 60_000;
/** One object is spoken of again after this time. */
const DRIFT_AGAIN_MS = 60 * 60_000;
/** What is kept for channels that do not answer; the oldest go first. */
const MOST_OWED = 50;

export interface Decision {
  readonly told: Told;
  /** When time alone changes what is to be told. */
  readonly againMs?: number;
}

export interface Subject {
  readonly name: string;
  readonly facts: Facts;
  readonly rules: readonly NotifyRule[];
}

type Said = Pick<Notice, 'kind' | 'text' | 'since'> & Partial<Pick<Notice, 'remedy' | 'revision'>>;

/**
 * Pure: what is owed to whom after what was observed now. The first time it notes what has happened already, and tells of none of that but
 * trouble, which still is. Notices are made at a change and once; what flaps is one trouble with one end (notification-controller #284).
 */
export function decide(before: Told | undefined, { name, facts, rules }: Subject, now: number): Decision {
  const said: Said[] = [];
  const trouble = troubleStep(before?.trouble, name, facts, now);
  const waiting = waitingStep(before?.waiting, name, facts, now);
  said.push(...trouble.said, ...waiting.said);
  const { promoted } = facts;
  if (before && promoted && promoted.at > (before.promoted ?? ''))
    said.push({
      kind: 'promoted',
      text: `${name} was promoted from ${promoted.from}`,
      since: now,
      revision: promoted.revision,
    });
  const drift = driftStep(before, name, facts, now);
  said.push(...drift.said);
  if (before && facts.preview && !before.preview)
    said.push({
      kind: 'preview',
      text: `${name}: the preview of ${facts.preview.branch} answers`,
      since: now,
    });
  const owed = said.flatMap((one) => owing(one, facts, rules, now));
  const promotedAt = promoted?.at ?? before?.promoted;
  const told: Told = {
    ...(trouble.next ? { trouble: trouble.next } : {}),
    ...(waiting.next ? { waiting: waiting.next } : {}),
    ...(promotedAt ? { promoted: promotedAt } : {}),
    ...(Object.keys(drift.next).length > 0 ? { drift: drift.next } : {}),
    ...(facts.preview || before?.preview ? { preview: true } : {}),
    owed: [...(before?.owed ?? []), ...owed].slice(-MOST_OWED),
    ...(before?.lost ? { lost: before.lost } : {}),
  };
  const times = [trouble.againMs, waiting.againMs].filter((one) => one !== undefined);
  return { told, ...(times.length > 0 ? { againMs: Math.max(1, Math.min(...times)) } : {}) };
}

interface Step<T> {
  readonly next?: T;
  readonly said: readonly Said[];
  readonly againMs?: number;
}

function troubleStep(before: Trouble | undefined, name: string, facts: Facts, now: number): Step<Trouble> {
  const { trouble, isWell, revision } = facts;
  if (trouble) {
    // Until another commit is deployed, what is degraded is what was before it.
    const isSame = before?.revision === revision || (trouble.kind === 'degraded' && !facts.isAt);
    const { wellSince: _calm, ...known } = before ?? { open: false };
    // Degraded and failed take turns in one trouble; another commit that fails is news.
    const current: Trouble =
      before && isSame
        ? { ...(known as Trouble), kind: before.told ? before.kind : trouble.kind }
        : {
            kind: trouble.kind,
            ...(revision ? { revision } : {}),
            since: now,
            open: known.open,
            told: false,
          };
    if (current.told) return { next: current, said: [] };
    const left = current.since + SETTLES_MS - now;
    if (left > 0) return { next: current, said: [], againMs: left };
    const what = current.kind === 'failed' ? 'failed' : 'is degraded';
    const text = `${name} ${what}${trouble.text ? `: ${trouble.text}` : ''}`;
    const said = { kind: current.kind, text, since: current.since, remedy: `pilotage why ${name}` };
    return { next: { ...current, told: true, open: true }, said: [said] };
  }
  if (!before) return { said: [] };
  if (!before.open) return { said: [] };
  if (!isWell) {
    const { wellSince: _calm, ...rest } = before;
    return { next: rest, said: [] };
  }
  const wellSince = before.wellSince ?? now;
  const left = wellSince + CALM_MS - now;
  if (left > 0) return { next: { ...before, wellSince }, said: [], againMs: left };
  return { said: [{ kind: 'recovered', text: `${name} has recovered and is healthy`, since: before.since }] };
}

function waitingStep(
  before: Told['waiting'],
  name: string,
  { waiting }: Facts,
  now: number,
): Step<NonNullable<Told['waiting']>> {
  // What was told stays on record, so that a gate that opens for a moment is not told twice.
  if (!waiting) return before?.told ? { next: before, said: [] } : { said: [] };
  const current = before?.key === waiting.key ? before : { key: waiting.key, since: now, told: false };
  if (current.told) return { next: current, said: [] };
  const left = current.since + SETTLES_MS - now;
  if (left > 0) return { next: current, said: [], againMs: left };
  const { remedy } = waiting;
  const text = `${name} waits: ${waiting.text}`;
  return {
    next: { ...current, told: true },
    said: [{ kind: 'waiting', text, since: current.since, remedy }],
  };
}

function driftStep(
  before: Told | undefined,
  name: string,
  facts: Facts,
  now: number,
): { readonly next: NonNullable<Told['drift']>; readonly said: readonly Said[] } {
  const said: Said[] = [];
  const next: Record<string, { at: string; told: number }> = {};
  for (const [object, one] of Object.entries(before?.drift ?? {}))
    if (now - one.told < DRIFT_AGAIN_MS || facts.drift.some((found) => found.object === object))
      next[object] = one;
  for (const { object, at, text } of facts.drift) {
    const known = next[object];
    if (known?.at === at || (known && now - known.told < DRIFT_AGAIN_MS)) continue;
    next[object] = { at, told: now };
    if (before)
      said.push({ kind: 'drift', text: `${name}: ${text}`, since: now, remedy: `pilotage diff ${name}` });
  }
  return { next, said };
}

function owing(said: Said, facts: Facts, rules: readonly NotifyRule[], now: number): readonly Owed[] {
  const revision = said.revision ?? facts.revision;
  const isKnown = revision === facts.revision;
  const { subject, author, url } = facts;
  const notice = {
    ...said,
    at: now,
    ...(revision ? { revision } : {}),
    ...(isKnown && subject ? { subject } : {}),
    ...(isKnown && author ? { author } : {}),
    ...(url ? { url } : {}),
  };
  return rules.filter(({ on }) => hears(on, said.kind)).map(({ to }) => ({ ...notice, to }));
}

const hears = (on: readonly Notified[], kind: Notified): boolean => on.includes(kind);
