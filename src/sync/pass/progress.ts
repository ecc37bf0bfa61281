import { formatProblem, type Problem } from '../../base/errors.ts';
import { SETTLING } from '../../health/settling.ts';
import type { Verdict } from '../../health/verdict.ts';
import { formatRef, type ObjectRef } from '../../kube/values/types.ts';
import type { Stage } from '../../model/progress.ts';
import type { AppRun, Environment, EnvironmentStatus } from '../../model/types.ts';
import { counted } from '../plan/describe.ts';
import { isSameHook, isUnderWay } from '../plan/hooks/runs.ts';
import { nameOfHook } from '../plan/hooks/settle.ts';
import { type AppNotes, formatNotes } from '../source/notes.ts';
import type { Findings } from './conclude.ts';

export type Say = (stage: Stage, message: string) => void;

/** Over before it can be read. */
const BRIEF: ReadonlySet<string | undefined> = new Set(['GenerationLag', SETTLING]);

/** Announces how the pass ended: at most one line for each new state. */
export function announce(say: Say, { spec }: Environment, status: EnvironmentStatus, found: Findings): void {
  const { state, reason, message = '' } = found.verdict ?? { state: 'Unknown' };
  if (found.problems.length > 0) say('failed', found.problems.map(formatAnnounced).join('\n'));
  else if (state === 'Degraded') say('failed', status.message ?? message);
  // A controller that has not looked yet says nothing; it will within a moment.
  else if (status.phase === 'Waiting' && !BRIEF.has(reason))
    say('waiting', message || found.note || 'waiting for the rest of the plan');
  else if (state === 'Healthy' && found.applied) {
    const urls = found.urls.length > 0 ? `: ${found.urls.join(' ')}` : '';
    say('healthy', `${spec.namespace} is healthy${urls}`);
  }
}

/** What charts say to whoever has delivered them for the first time: once, when all is well. */
export function sayNotes(
  say: Say,
  memory: { notes?: readonly AppNotes[] },
  { verdict, applied, problems }: Findings,
): void {
  if (!applied || problems.length > 0 || verdict?.state !== 'Healthy') return;
  if (memory.notes && memory.notes.length > 0) say('applied', formatNotes(memory.notes));
  delete memory.notes;
}

/** A hook is waited for where nothing else is wrong. */
export const awaiting = (verdict: Verdict, hook: string | undefined, reason = 'WaitsForHook'): Verdict =>
  hook === undefined || verdict.state === 'Degraded'
    ? verdict
    : { state: 'Progressing', reason, message: `waits for ${hook}` };

/** Names the hooks that have ended well since the last pass. */
export function sayHooks(say: Say, { status }: Environment, runs: readonly AppRun[]): void {
  const before = (status?.runs ?? []).flatMap(({ hooks = [] }) => hooks);
  for (const hook of runs.flatMap(({ hooks = [] }) => hooks)) {
    const then = before.find((one) => isSameHook(one, hook));
    if (hook.state !== 'Succeeded' || then === undefined || !isUnderWay(then)) continue;
    const seconds = (Date.parse(hook.endedAt ?? '') - Date.parse(hook.startedAt)) / 1000;
    say('applied', `${nameOfHook(hook)} succeeded after ${seconds} s`);
  }
}

/** The output of a build was reported while it ran: only its end is news. */
const formatAnnounced = ({ details, ...problem }: Problem): string =>
  formatProblem(problem.reason === 'ImageBuildFailed' || !details ? problem : { ...problem, details });

/** What was rendered, with its warnings. */
export const renderedLines = (objects: number, warnings: readonly Problem[]): string =>
  [
    `rendered ${counted(objects, 'object')}`,
    ...warnings.map((warning) => `warning: ${formatProblem(warning)}`),
  ].join('\n');

/** So many pruned objects are named. */
const NAMED = 10;

/** What was written, and by name what was deleted, so that nobody has to infer it from what is missing. */
export function appliedLine(
  written: number,
  tookMs: number,
  pruned: readonly { readonly ref: ObjectRef }[],
): string {
  const applied = `applied ${counted(written, 'object')} in ${tookMs} ms`;
  if (pruned.length === 0) return applied;
  const names = pruned.slice(0, NAMED).map(({ ref }) => formatRef(ref));
  const more = pruned.length > NAMED ? ` and ${pruned.length - NAMED} more` : '';
  return `${applied}; deleted what git no longer has: ${names.join(', ')}${more}`;
}
