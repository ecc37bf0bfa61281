import { type Command, Option } from 'commander';
import { clientCommand, face, type OutputOptions, parseDuration, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type Goal, onStderr, waitFor } from '../daemon/wait.ts';

type WaitOptions = OutputOptions & Goal;

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
