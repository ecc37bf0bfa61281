import { type Command, Option } from 'commander';
import { sleep } from '../../base/clock.ts';
import { ProblemError } from '../../base/errors.ts';
import type { EnvironmentReport, StatusReport } from '../../model/faces.ts';
import { formatOutcome, type Outcome, type OutcomeState, outcomeOf } from '../../model/outcome.ts';
import { clientCommand, face, type OutputOptions, parseDuration, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { FaceClient } from '../daemon/face.ts';
import { choose, fullName } from './status.ts';

interface WaitOptions extends OutputOptions {
  readonly for: 'healthy' | 'synced';
  readonly revision?: string;
  readonly timeout: number;
}

/** How often the status is asked; events would be sooner but are no proof. */
const PERIOD_MS = 150;

export function waitCommand(context: CliContext): Command {
  return clientCommand('wait')
    .description('wait until an environment is healthy at its wanted revision; exit code 0 when it is')
    .argument('<environment>', 'shop/prod')
    .addOption(
      new Option('--for <state>', 'what to wait for').choices(['healthy', 'synced']).default('healthy'),
    )
    .option('--revision <commit>', 'and only at this revision (a prefix will do)')
    .option('--timeout <duration>', 'give up after this long', parseDuration, 60_000)
    .action(async (name: string, options: WaitOptions) => {
      const reached = await waitFor(context, await face(context, options), name, options, onStderr(context));
      if (options.output === 'json') return printJson(context, reached);
      print(context, `${name} is ${options.for} at ${reached.deployedRevision?.slice(0, 7) ?? '-'}.`);
      for (const url of reached.urls) print(context, `  ${url}`);
      print(context, `  kubectl -n ${reached.namespace} get all`);
    });
}

/** Nobody is told of a wait that is over by then. */
const PATIENCE_MS = 2_000;

/** Tells what is waited for on stderr: stdout is for what was reached. */
export const onStderr =
  (context: CliContext) =>
  (line: string): void =>
    void context.stderr.write(`${line}\n`);

interface Goal {
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
  const began = context.clock.monotonic();
  let told: string | undefined;
  for (;;) {
    const environment = await findEnvironment(daemon, name);
    if (environment && isReached(environment, goal)) return environment;
    const outcome = environment && outcomeOf(environment, goal);
    if (environment && outcome && isStuck(environment, outcome))
      throw new ProblemError(cannot(name, goal, outcome));
    const waited = context.clock.monotonic() - began;
    if (waited >= goal.timeout) throw new ProblemError(timedOut(name, goal, environment));
    const now = outcome ? formatOutcome(outcome) : 'there is no such environment yet';
    if (waited >= PATIENCE_MS && now !== told) tell(`${name}: ${now}`);
    if (waited >= PATIENCE_MS) told = now;
    await sleep(context.clock, PERIOD_MS);
  }
}

/** Only a person changes these; what has failed may heal by itself, and gates open by time and by the health of others. */
const STUCK: ReadonlySet<OutcomeState> = new Set(['held', 'pinned', 'paused', 'suspended', 'frozen']);

const isStuck = ({ waitsForGates }: EnvironmentReport, { state }: Outcome): boolean =>
  STUCK.has(state) && (state !== 'held' || waitsForGates === undefined);

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
