import { ProblemError } from '../../base/errors.ts';
import type { EnvironmentReport, StatusReport } from '../../model/faces.ts';
import { formatOutcome, type Outcome, type OutcomeState, outcomeOf } from '../../model/outcome.ts';
import type { CliContext } from '../context.ts';
import { choose, fullName } from './choose.ts';
import type { FaceClient } from './face.ts';
import { type News, openNews } from './news.ts';

/** How often the status is asked where events do not say that something changed, and where they do: they are a report, no proof. */
const PERIOD_MS = 150;
const LIVE_PERIOD_MS = 1_000;

/** A wait that is over by then says nothing. */
const PATIENCE_MS = 2_000;

/** Says on stderr what is waited for: stdout is for what was reached. */
export const onStderr =
  (context: CliContext) =>
  (line: string): void =>
    void context.stderr.write(`${line}\n`);

export interface Goal {
  readonly for: 'healthy' | 'synced';
  readonly revision?: string;
  readonly timeout: number;
}

/** Resolves when it is reached; rejects with ProblemError when it cannot be without a person, and after the time-out. */
export async function waitFor(
  context: CliContext,
  daemon: FaceClient,
  name: string,
  goal: Goal,
  tell: (line: string) => void = () => {},
): Promise<EnvironmentReport> {
  const done = new AbortController();
  const news = openNews({ daemon, clock: context.clock, query: queryOf(name), signal: done.signal });
  try {
    return await reach(context, daemon, name, { goal, tell, news });
  } finally {
    done.abort();
  }
}

/** Only of that environment, where its whole name is known. */
function queryOf(name: string): Readonly<Record<string, string>> {
  const [delivery, environment] = name.split('/', 2);
  return delivery && environment ? { delivery, environment } : {};
}

async function reach(
  { clock }: CliContext,
  daemon: FaceClient,
  name: string,
  { goal, tell, news }: { goal: Goal; tell: (line: string) => void; news: News },
): Promise<EnvironmentReport> {
  const began = clock.monotonic();
  let said: string | undefined;
  for (;;) {
    const environment = await findEnvironment(daemon, name);
    if (environment && isReached(environment, goal)) return environment;
    const outcome = environment && outcomeOf(environment, goal);
    if (environment && outcome && isStuck(environment, outcome))
      throw new ProblemError(cannot(name, goal, outcome));
    const waited = clock.monotonic() - began;
    if (waited >= goal.timeout) throw new ProblemError(timedOut(name, goal, environment));
    const now = outcome ? formatOutcome(outcome) : 'there is no such environment yet';
    if (waited >= PATIENCE_MS && now !== said) tell(`${name}: ${now}`);
    if (waited >= PATIENCE_MS) said = now;
    await news.orAfter(news.isLive() ? LIVE_PERIOD_MS : PERIOD_MS);
  }
}

/** Only a person changes these. What has failed may heal, but for hooks; gates open with time and with the health of others. */
const STUCK: ReadonlySet<OutcomeState> = new Set(['held', 'pinned', 'paused', 'suspended', 'frozen']);

const isStuck = ({ waitsForGates, hookFailed }: EnvironmentReport, { state }: Outcome): boolean =>
  (STUCK.has(state) && (state !== 'held' || waitsForGates === undefined)) ||
  (state === 'failed' && hookFailed === true);

const cannot = (name: string, goal: Goal, outcome: Outcome) => ({
  reason: 'CannotBeReached',
  message: `${name} does not become ${goal.for} by itself. ${formatOutcome(outcome)}`,
});

/** An environment by its name; `prod` alone will do where there is one delivery. */
export async function findEnvironment(
  daemon: FaceClient,
  name: string,
): Promise<EnvironmentReport | undefined> {
  const report = await daemon.get<StatusReport>('/api/v1/status');
  const full = fullName(report, name);
  return full?.includes('/') ? choose(report, full).deliveries[0]?.environments[0] : undefined;
}

export function isReached(
  environment: EnvironmentReport,
  goal: { readonly for: 'healthy' | 'synced'; readonly revision?: string },
): boolean {
  const { deployedRevision, wantedRevision, sync, pin } = environment;
  const { state } = outcomeOf(environment, goal);
  if (goal.for === 'healthy') return state === 'healthy';
  // Nothing may follow what stops it, and nothing is known of what was asked meanwhile.
  if (state === 'frozen' || state === 'suspended' || environment.assessedRevision === undefined) return false;
  if (deployedRevision === null || sync !== 'Synced') return false;
  if (goal.revision && !deployedRevision.startsWith(goal.revision)) return false;
  // A pin holds the environment where it says, whatever the branch wants.
  return deployedRevision === (pin?.revision ?? wantedRevision);
}

function timedOut(
  name: string,
  goal: { readonly for: string; readonly timeout: number },
  seen: EnvironmentReport | undefined,
) {
  const state = seen
    ? `it is ${seen.health}, ${seen.sync}, ${seen.phase}${seen.message ? `: ${seen.message}` : ''}`
    : 'there is no such environment';
  return {
    reason: 'TimedOut',
    message: `${name} is not ${goal.for} after ${goal.timeout / 1000}s; ${state}.`,
    remedy: seen ? `pilotage why ${name}` : 'pilotage status lists the environments that exist.',
  };
}
