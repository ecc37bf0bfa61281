import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { chartImportCommand } from './chartimport.ts';

/** What can be done with charts: a file each. */
const SUBCOMMANDS: readonly ((context: CliContext) => Command)[] = [chartImportCommand];

export function chartCommand(context: CliContext): Command {
  const command = new Command('chart').description('make charts, and work on them');
  for (const subcommand of SUBCOMMANDS) command.addCommand(subcommand(context));
  return command;
}
