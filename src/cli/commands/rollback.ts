import { type Command, InvalidArgumentError } from 'commander';
import {
  clientCommand,
  environmentPath,
  face,
  type OutputOptions,
  parseDuration,
  print,
  printJson,
} from '../command.ts';
import type { CliContext } from '../context.ts';
import { onStderr, waitFor } from './wait.ts';

interface RollbackOptions extends OutputOptions {
  readonly wait?: boolean;
  readonly timeout: number;
}

export function rollbackCommand(context: CliContext): Command {
  return clientCommand('rollback')
    .description('go back to an earlier release and stay there (pinned) until told otherwise')
    .argument('<environment>', 'shop/prod')
    .argument(
      '[release]',
      'number from `pilotage history`; default: the one before the current one',
      parseNumber,
    )
    .option('-w, --wait', 'wait until it is healthy')
    .option('--timeout <duration>', 'with --wait: give up after this long', parseDuration, 120_000)
    .action(async (name: string, number: number | undefined, options: RollbackOptions) => {
      const daemon = await face(context, options);
      const body = number === undefined ? {} : { number };
      const answer = await daemon.post<{ message: string }>(environmentPath(name, 'rollback'), body);
      const goal = { for: 'healthy', timeout: options.timeout } as const;
      if (options.wait) await waitFor(context, daemon, name, goal, onStderr(context));
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
      print(context, `  next: git revert the bad commit and push, then: pilotage pin ${name} --off`);
    });
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be the number of a release.');
  return Number(text);
}
