import { Command } from 'commander';
import type { BootstrapCode, PasswordSet, UserReport } from '../../model/identityfaces.ts';
import { bootstrapUrl } from '../bootstrap.ts';
import { clientCommand, collect, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { findDaemon } from '../daemon/face.ts';
import { formatTable } from '../output/table.ts';
import { type Keyboard, newPassword, secretAsker } from '../password.ts';

interface UserFlags extends OutputOptions {
  readonly displayName?: string;
  readonly email: readonly string[];
  readonly group: readonly string[];
  readonly password?: boolean;
}

export function userCommand(context: CliContext, stdin: Keyboard): Command {
  const ask = secretAsker(stdin, context.stderr);
  const isTerminal = stdin.isTTY === true;
  const command = new Command('user').description('accounts: who may sign in');
  command.addCommand(
    withFields(clientCommand('create'))
      .description('make an account; its password is asked for, or read from standard input')
      .argument('<name>', 'lower-case letters, digits and -')
      .option('--no-password', 'no password: its tokens alone let it in')
      .action(async (name: string, flags: UserFlags) => {
        const daemon = await face(context, flags);
        const password = flags.password === false ? {} : { password: await newPassword(ask, isTerminal) };
        const user = await daemon.post<UserReport>('/api/v1/users', {
          name,
          ...fieldsOf(flags),
          ...password,
        });
        if (flags.output === 'json') return printJson(context, user);
        print(
          context,
          `The user ${user.name} is made.\n  next: pilotage role grant ROLE --user ${user.name}`,
        );
      }),
  );
  command.addCommand(
    withFields(clientCommand('set'))
      .description('change display name, e-mail addresses or groups; those that are given replace what was')
      .argument('<name>')
      .action((name: string, flags: UserFlags) =>
        change(context, name, flags, fieldsOf(flags), 'is changed'),
      ),
  );
  for (const [verb, disabled, done] of [
    ['disable', true, 'is disabled: it and its tokens are refused from now on'],
    ['enable', false, 'is enabled'],
  ] as const) {
    command.addCommand(
      clientCommand(verb)
        .description(disabled ? 'refuse the user, and all its tokens' : 'take a disabled user back')
        .argument('<name>')
        .action((name: string, flags: OutputOptions) => change(context, name, flags, { disabled }, done)),
    );
  }
  command.addCommand(
    clientCommand('password')
      .description('set a password: your own, or as an administrator somebody’s; its sign-ins end')
      .argument('<name>')
      .option('--own', 'ask for the present one too, as for an account of your own')
      .action(async (name: string, flags: OutputOptions & { own?: boolean }) => {
        const daemon = await face(context, flags);
        const current = flags.own ? { current: await ask('Present password: ') } : {};
        const body = { ...current, password: await newPassword(ask, isTerminal) };
        const set = await daemon.post<PasswordSet>(path(name, '/password'), body);
        if (flags.output === 'json') return printJson(context, set);
        print(context, set.message);
      }),
  );
  command.addCommand(
    clientCommand('bootstrap')
      .description(
        'make the first administrator: an address that works once, for an hour, while there is none',
      )
      .action((flags: OutputOptions) => bootstrap(context, flags)),
  );
  command.addCommand(
    clientCommand('delete')
      .description('remove an account and its tokens; what it did stays recorded under its name')
      .argument('<name>')
      .action(async (name: string, flags: OutputOptions) => {
        const daemon = await face(context, flags);
        print(context, (await daemon.post<{ message: string }>(path(name, '/delete'), {})).message);
      }),
  );
  command.addCommand(
    clientCommand('list')
      .alias('ls')
      .description('all accounts')
      .action(async (flags: OutputOptions) => {
        const users = await (await face(context, flags)).get<readonly UserReport[]>('/api/v1/users');
        if (flags.output === 'json') return printJson(context, users);
        print(
          context,
          formatTable(['NAME', 'DISPLAY NAME', 'GROUPS', 'STATE', 'LAST SIGN-IN'], users.map(row)),
        );
      }),
  );
  return command;
}

/** With the daemon's own token, whoever is signed in here: it is the way back in. */
async function bootstrap(context: CliContext, flags: OutputOptions): Promise<void> {
  const { token } = await findDaemon(flags.dataDir ?? context.surroundings.dataDir);
  const daemon = await face(context, { ...flags, token });
  const made = await daemon.post<BootstrapCode>('/api/v1/bootstrap', {});
  const url = bootstrapUrl(daemon.url, made);
  if (flags.output === 'json') return printJson(context, { ...made, url });
  print(
    context,
    `${url}\n  once, until ${made.expiresAt}; without a browser: pilotage login NAME --bootstrap`,
  );
}

const withFields = (command: Command): Command =>
  command
    .option('--display-name <name>', 'as commits say it')
    .option('--email <address>', 'of its commits; repeatable', collect, [])
    .option('--group <name>', 'repeatable', collect, []);

const fieldsOf = ({ displayName, email, group }: UserFlags) => ({
  ...(displayName === undefined ? {} : { displayName }),
  ...(email.length > 0 ? { emails: email } : {}),
  ...(group.length > 0 ? { groups: group } : {}),
});

const path = (name: string, verb = ''): string => `/api/v1/users/${encodeURIComponent(name)}${verb}`;

async function change(
  context: CliContext,
  name: string,
  flags: OutputOptions,
  body: object,
  done: string,
): Promise<void> {
  const user = await (await face(context, flags)).post<UserReport>(path(name), body);
  if (flags.output === 'json') return printJson(context, user);
  print(context, `The user ${user.name} ${done}.`);
}

const row = ({ name, displayName, groups, disabled, lastSignIn }: UserReport): string[] => [
  name,
  displayName ?? '-',
  groups.join(',') || '-',
  disabled ? 'disabled' : 'active',
  lastSignIn ?? '-',
];
