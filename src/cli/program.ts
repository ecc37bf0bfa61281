import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { reportProblem } from './command.ts';
import type { CliContext } from './context.ts';
import { addHelp, termOf } from './help.ts';
import { SUMMARIES } from './summaries.data.ts';

const EPILOGUE = `
An environment is written DELIVERY/ENVIRONMENT, as in shop/prod; the delivery
may be left out when there is one. A daemon is found by --data-dir,
PILOTAGE_DATA_DIR, --server or PILOTAGE_SERVER. \`pilotage COMMAND --help\` has
examples. Exit codes: 0 done, 1 refused or failed, 2 misused.

Start here:
  pilotage demo                     watch a delivery on a temporary Pilotage
  pilotage up                       start your own; it prints a URL to push to
  git push URL/shop.git main        deliver the repository you are in
  pilotage status                   see where it is
  pilotage promote shop/preprod     bring what is tested to the next environment
`;

type Exit = (code: number) => void;
type Loader = (context: CliContext, exit: Exit, version: string) => Promise<Command>;

/** Every command and alias → its file. Only what is asked for is loaded: the templates of `render` alone cost a tenth of a second. */
export const COMMANDS: Readonly<Record<string, Loader>> = {
  up: async (context, exit) => (await import('./commands/up.ts')).upCommand(context, exit),
  agent: async (context, exit) => (await import('./commands/agent.ts')).agentCommand(context, exit),
  node: async (context) => (await import('./commands/node.ts')).nodeCommand(context),
  down: async (context) => (await import('./commands/down.ts')).downCommand(context),
  demo: async (context, exit) => (await import('./commands/demo.ts')).demoCommand(context, exit),
  init: async (context) => (await import('./commands/init.ts')).initCommand(context),
  connect: async (context) =>
    (await import('./commands/connect.ts')).connectCommand(context, readSecret, process.stdin),
  webhook: async (context) => (await import('./commands/webhook.ts')).webhookCommand(context),
  notify: async (context) => (await import('./commands/notify.ts')).notifyCommand(context, readSecret),
  status: async (context) => (await import('./commands/status.ts')).statusCommand(context),
  wait: async (context) => (await import('./commands/wait.ts')).waitCommand(context),
  diff: async (context, exit) => (await import('./commands/diff.ts')).diffCommand(context, exit),
  sync: async (context, exit) => (await import('./commands/sync.ts')).syncCommand(context, exit),
  history: async (context) => (await import('./commands/history.ts')).historyCommand(context),
  rollback: async (context) => (await import('./commands/rollback.ts')).rollbackCommand(context),
  pin: async (context) => (await import('./commands/pin.ts')).pinCommand(context),
  hold: async (context) => (await import('./commands/hold.ts')).holdCommand(context),
  suspend: async (context) => (await import('./commands/suspend.ts')).suspendCommand(context),
  resume: async (context) => (await import('./commands/suspend.ts')).resumeCommand(context),
  promote: async (context, exit) => (await import('./commands/promote.ts')).promoteCommand(context, exit),
  backport: async (context) => (await import('./commands/backport.ts')).backportCommand(context),
  set: async (context) => (await import('./commands/set.ts')).setCommand(context),
  approve: async (context, exit) => (await import('./commands/promote.ts')).approveCommand(context, exit),
  reject: async (context) => (await import('./commands/reject.ts')).rejectCommand(context),
  accept: async (context) => (await import('./commands/accept.ts')).acceptCommand(context),
  confirm: async (context) => (await import('./commands/confirm.ts')).confirmCommand(context),
  adopt: async (context) => (await import('./commands/adopt.ts')).adoptCommand(context),
  preview: async (context) => (await import('./commands/preview.ts')).previewCommand(context),
  delete: async (context) => (await import('./commands/delete.ts')).deleteCommand(context),
  why: async (context) => (await import('./commands/why.ts')).whyCommand(context),
  generated: async (context) => (await import('./commands/generated.ts')).generatedCommand(context),
  explain: async (context) => (await import('./commands/explain.ts')).explainCommand(context),
  logs: async (context) => (await import('./commands/logs.ts')).logsCommand(context),
  audit: async (context) => (await import('./commands/audit.ts')).auditCommand(context),
  render: async (context) => (await import('./commands/render.ts')).renderCommand(context),
  values: async (context) => (await import('./commands/values.ts')).valuesCommand(context),
  template: async (context) => (await import('./commands/template.ts')).templateCommand(context),
  chart: async (context, exit) =>
    (await import('./commands/chart.ts')).chartCommand(context, exit, process.stdin),
  image: async (context) => (await import('./commands/image.ts')).imageCommand(context, process.stdin),
  secrets: async (context) => (await import('./commands/secrets.ts')).secretsCommand(context, process.stdin),
  backup: async (context, _exit, version) =>
    (await import('./commands/backup.ts')).backupCommand(context, version),
  'install-service': async (context) =>
    (await import('./commands/installservice.ts')).installServiceCommand(context),
  restore: async (context) => (await import('./commands/restore.ts')).restoreCommand(context),
  'git-credential': async (context) =>
    (await import('./commands/gitcredential.ts')).gitCredentialCommand(context, process.stdin),
  login: async (context) => (await import('./commands/login.ts')).loginCommand(context, process.stdin),
  logout: async (context) => (await import('./commands/login.ts')).logoutCommand(context),
  whoami: async (context) => (await import('./commands/login.ts')).whoamiCommand(context),
  can: async (context, exit) => (await import('./commands/login.ts')).canCommand(context, exit),
  user: async (context) => (await import('./commands/user.ts')).userCommand(context, process.stdin),
  token: async (context) => (await import('./commands/token.ts')).tokenCommand(context),
  role: async (context) => (await import('./commands/role.ts')).roleCommand(context),
  kubeconfig: async (context) => (await import('./commands/kubeconfig.ts')).kubeconfigCommand(context),
};

/** Commands whose work is not their output: they continue when their output is no longer read. */
export const LASTING: ReadonlySet<string> = new Set(['up', 'down', 'demo', 'agent', 'reap']);

/** Second names, as the commands themselves declare them. */
export const ALIASES: Readonly<Record<string, string>> = { get: 'status' };

/** Started by Pilotage itself, never by a person: not in the help. */
const HIDDEN: Readonly<Record<string, Loader>> = {
  reap: async (context) => reapCommand(context),
};

/** The one command that a line names; all of them where it names none that exists, for suggestions. The help and the version need none. */
async function addCommands(
  program: Command,
  args: readonly string[],
  context: CliContext,
  exit: Exit,
  version: string,
) {
  const [first = '', ...rest] = args;
  const word = first === 'help' && rest.length > 0 ? (rest[0] ?? '') : first;
  const name = lookUp(ALIASES, word) ?? word;
  if (VERSION_WORDS.has(name)) return program;
  if (HELP_WORDS.has(name)) return addSummaries(program);
  const hidden = lookUp(HIDDEN, name);
  if (hidden) return program.addCommand(await hidden(context, exit, version), { hidden: true });
  const known = lookUp(COMMANDS, name);
  const loaders = known ? [known] : Object.values(COMMANDS);
  for (const command of await Promise.all(loaders.map((load) => load(context, exit, version)))) {
    addHelp(command);
    program.addCommand(command);
  }
  return program;
}

const VERSION_WORDS: ReadonlySet<string> = new Set(['--version', '-V']);
const HELP_WORDS: ReadonlySet<string> = new Set(['', 'help', '--help', '-h']);

/** A command with the arguments that a summary names, and nothing to do. */
export const summaryOf = (name: string, words: string): Command =>
  words === '' ? new Command(name) : new Command(name).arguments(words);

function addSummaries(program: Command): Command {
  for (const [name, [words, description]] of Object.entries(SUMMARIES)) {
    const command = summaryOf(name, words).description(description);
    command.aliases(Object.keys(ALIASES).filter((alias) => ALIASES[alias] === name));
    addHelp(command);
    program.addCommand(command);
  }
  return program;
}

/** A command line may say `constructor`: only own members count. */
const lookUp = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

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
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: termOf });
  await addCommands(program, args, context, exit, version);
  for (const command of withSubcommands(program)) {
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

/** Each of them would exit the process on an error. */
const withSubcommands = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(withSubcommands),
];

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
