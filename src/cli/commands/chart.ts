import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import type { Keyboard } from '../password.ts';
import { chartCreateCommand } from './chartcreate.ts';
import { chartDocsCommand } from './chartdocs.ts';
import { chartImportCommand } from './chartimport.ts';
import { chartLintCommand } from './chartlint.ts';
import { chartPackageCommand } from './chartpackage.ts';
import { REMOTE_SUBCOMMANDS } from './chartremote.ts';
import { chartSchemaCommand } from './chartschema.ts';
import { chartTestCommand } from './charttest.ts';

/** What can be done with charts: a file each. */
const SUBCOMMANDS: readonly ((context: CliContext, exit: (code: number) => void) => Command)[] = [
  chartCreateCommand,
  chartDocsCommand,
  chartImportCommand,
  chartLintCommand,
  chartPackageCommand,
  chartSchemaCommand,
  chartTestCommand,
];

export function chartCommand(context: CliContext, exit: (code: number) => void, keyboard: Keyboard): Command {
  const command = new Command('chart').description('make charts, and work on them');
  for (const subcommand of SUBCOMMANDS) command.addCommand(subcommand(context, exit));
  for (const subcommand of REMOTE_SUBCOMMANDS) command.addCommand(subcommand(context, keyboard));
  return command;
}
