import { type Command, Option } from 'commander';
import { sleep } from '../base/clock.ts';
import { ProblemError } from '../base/errors.ts';
import type { EnvironmentReport, StatusReport } from '../model/faces.ts';
import { clientCommand, face, type OutputOptions, parseDuration, print, printJson } from './command.ts';
import type { CliContext } from './context.ts';
import type { FaceClient } from './face.ts';
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
      const reached = await waitFor(context, await face(context, options), name, options);
      if (options.output === 'json') return printJson(context, reached);
      print(context, `${name} is ${options.for} at ${reached.deployedRevision?.slice(0, 7) ?? '-'}.`);
      for (const url of reached.urls) print(context, `  ${url}`);
      print(context, `  kubectl -n ${reached.namespace} get all`);
    });
}

export async function waitFor(
  context: CliContext,
  daemon: FaceClient,
  name: string,
  goal: { readonly for: 'healthy' | 'synced'; readonly revision?: string; readonly timeout: number },
): Promise<EnvironmentReport> {
  const deadline = context.clock.monotonic() + goal.timeout;
  for (;;) {
    const environment = await findEnvironment(daemon, name);
    if (environment && isReached(environment, goal)) return environment;
    if (context.clock.monotonic() >= deadline) throw new ProblemError(timedOut(name, goal, environment));
    await sleep(context.clock, PERIOD_MS);
  }
}

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
  const { deployedRevision, wantedRevision, sync, health, pin } = environment;
  if (deployedRevision === null || sync !== 'Synced') return false;
  if (goal.revision && !deployedRevision.startsWith(goal.revision)) return false;
  // A pin holds the environment where it says, whatever the branch wants.
  if (deployedRevision !== (pin?.revision ?? wantedRevision)) return false;
  return goal.for === 'synced' || health === 'Healthy';
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
