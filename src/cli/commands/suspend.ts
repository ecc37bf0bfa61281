import type { Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';

interface ResumeOptions extends OutputOptions {
  readonly all?: boolean;
}

interface SuspendOptions extends ResumeOptions {
  readonly reason: string;
  readonly until?: string;
}

export function suspendCommand(context: CliContext): Command {
  return named(
    clientCommand('suspend').description(
      'do nothing in an environment, a delivery or anywhere, for now; what runs goes on',
    ),
  )
    .option('--reason <text>', 'why, for those who find it suspended', '')
    .option('--until <time>', 'when it ends: 2026-12-24T18:00:00Z, or from now on: 2h')
    .action(async (name: string | undefined, options: SuspendOptions) => {
      const { reason, until } = options;
      const path = pathOf(name, options, 'suspend');
      const daemon = await face(context, options);
      const body = { reason, ...(until === undefined ? {} : { until }) };
      const answer = await daemon.post<{ message: string }>(path, body);
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
    });
}

export function resumeCommand(context: CliContext): Command {
  return named(clientCommand('resume').description('go on with what is suspended')).action(
    async (name: string | undefined, options: ResumeOptions) => {
      const path = pathOf(name, options, 'resume');
      const daemon = await face(context, options);
      const answer = await daemon.post<{ message: string }>(path, {});
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
      if (name?.includes('/')) print(context, `  next: pilotage wait ${name}`);
    },
  );
}

const named = (command: Command): Command =>
  command
    .argument('[name]', 'an environment, shop/prod, or a delivery, shop')
    .option('--all', 'everything: nothing is written to any cluster, and nothing is promoted');

/** `shop/prod` is an environment, `shop` a delivery. @throws ProblemError where both a name and --all are given, or neither */
function pathOf(name: string | undefined, { all }: ResumeOptions, verb: 'suspend' | 'resume'): string {
  if ((name === undefined) !== (all === true))
    throw new ProblemError({
      reason: 'BadRequest',
      message:
        name === undefined ? 'It is not said what is meant.' : `${name} and --all cannot be meant both.`,
      remedy: `pilotage ${verb} shop/prod, pilotage ${verb} shop, or pilotage ${verb} --all`,
    });
  if (name === undefined) return `/api/v1/${verb}`;
  return name.includes('/')
    ? environmentPath(name, verb)
    : `/api/v1/deliveries/${encodeURIComponent(name)}/${verb}`;
}
