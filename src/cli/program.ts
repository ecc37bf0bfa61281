import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { reportProblem } from './command.ts';
import { connectCommand } from './connect.ts';
import type { CliContext } from './context.ts';
import { demoCommand } from './demo.ts';
import { diffCommand } from './diff.ts';
import { downCommand } from './down.ts';
import { historyCommand } from './history.ts';
import { imageCommand } from './image.ts';
import { initCommand } from './init.ts';
import { kubeconfigCommand } from './kubeconfig.ts';
import { logsCommand } from './logs.ts';
import { pinCommand } from './pin.ts';
import { approveCommand, promoteCommand } from './promote.ts';
import { renderCommand } from './render.ts';
import { rollbackCommand } from './rollback.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { upCommand } from './up.ts';
import { waitCommand } from './wait.ts';
import { whyCommand } from './why.ts';

const EPILOGUE = `
An environment is written DELIVERY/ENVIRONMENT, as in shop/prod; the delivery may be left out when there is one.

Start here:
  pilotage demo                     watch a whole delivery on a temporary Pilotage
  pilotage up                       start one of your own; it prints a URL to push to
  git push URL/shop.git main        deliver the repository you are in
  pilotage status                   see where it is
  pilotage promote shop/preprod     bring what is tested to the next environment
`;

/** Runs one command line; resolves with the exit code: 0 done, 1 refused or failed, 2 misused (diff: see there). */
export async function runCommandLine(
  context: CliContext,
  args: readonly string[],
  version: string,
): Promise<number> {
  let code = 0;
  const exit = (next: number): void => {
    code = next;
  };
  const program = new Command('pilotage')
    .description('GitOps continuous delivery that brings its own cluster')
    .version(version)
    .addHelpText('after', EPILOGUE)
    .showSuggestionAfterError()
    .enablePositionalOptions();
  const commands = [
    upCommand(context, exit),
    downCommand(context),
    demoCommand(context, exit),
    initCommand(context),
    connectCommand(context, readSecret),
    statusCommand(context),
    waitCommand(context),
    diffCommand(context, exit),
    syncCommand(context),
    historyCommand(context),
    rollbackCommand(context),
    pinCommand(context),
    promoteCommand(context, exit),
    approveCommand(context, exit),
    whyCommand(context),
    logsCommand(context),
    renderCommand(context),
    imageCommand(context),
    kubeconfigCommand(context),
  ];
  for (const command of commands) program.addCommand(command);
  program.addCommand(agentCommand(context, exit), { hidden: true });
  program.addCommand(reapCommand(context), { hidden: true });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (output) => context.stdout.write(output),
      writeErr: (output) => context.stderr.write(output),
    });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (isCommanderExit(error)) return error.exitCode === 0 ? 0 : 2;
    reportProblem(context, error);
    return 1;
  }
  return code;
}

/** The node's own process: started by `up`, never by a person. */
function agentCommand(context: CliContext, exit: (code: number) => void): Command {
  return new Command('agent')
    .requiredOption('--data-dir <dir>')
    .option('--log-level <level>', 'of the JSON log on stderr', 'info')
    .action(async (options: { dataDir: string; logLevel: 'info' }) => exit(await context.runAgent(options)));
}

/** What the watchdog of an ephemeral instance runs when that has gone. */
function reapCommand(context: CliContext): Command {
  return new Command('reap')
    .requiredOption('--data-dir <dir>')
    .action((options: { dataDir: string }) => context.reap(options.dataDir));
}

const readSecret = (path: string): Promise<string> =>
  path === '-' ? text(process.stdin) : readFile(path, 'utf8');

/** Commander ends a command line (help, version, misuse) by throwing its own error. */
function isCommanderExit(error: unknown): error is { exitCode: number } {
  return (
    error instanceof Error &&
    'exitCode' in error &&
    'code' in error &&
    String(error.code).startsWith('commander.')
  );
}
