import { type Command, InvalidArgumentError } from 'commander';
import { clientCommand, environmentPath, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { untilHealthy, type WaitingOptions, withWait } from './waiting.ts';

type RollbackOptions = OutputOptions & WaitingOptions;

export function rollbackCommand(context: CliContext): Command {
  const command = clientCommand('rollback')
    .description('go back to an earlier release and stay there, pinned')
    .argument('<environment>', 'shop/prod')
    .argument(
      '[release]',
      'number from `pilotage history`; default: the one before the current one',
      parseNumber,
    );
  return withWait(command, 'wait until it is healthy').action(
    async (name: string, number: number | undefined, options: RollbackOptions) => {
      const daemon = await face(context, options);
      const body = number === undefined ? {} : { number };
      const answer = await daemon.post<{ message: string }>(environmentPath(name, 'rollback'), body);
      if (options.wait) await untilHealthy(context, daemon, name, options);
      if (options.output === 'json') return printJson(context, answer);
      print(context, answer.message);
      print(context, `  next: git revert the bad commit and push, then: pilotage pin ${name} --off`);
    },
  );
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be the number of a release.');
  return Number(text);
}
