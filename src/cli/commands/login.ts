import type { Command } from 'commander';
import type { LoggedIn, Verdict, WhoAmI } from '../../model/identityfaces.ts';
import { bootstrapAccount } from '../bootstrap.ts';
import { clientCommand, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { forgetSignIn, keepSignIn } from '../credentials.ts';
import { describeGrant } from '../output/grants.ts';
import { type Keyboard, secretAsker } from '../password.ts';
import { settleTrust } from '../trust.ts';

export function loginCommand(context: CliContext, stdin: Keyboard): Command {
  return clientCommand('login')
    .description('sign in with name and password; what follows is done in that name, for half a day')
    .argument('[name]', 'the name of the account (default: yours on this machine)')
    .option(
      '--bootstrap',
      'make the account first, the first administrator’s, with the code of `pilotage user bootstrap`',
    )
    .action(async (name: string | undefined, options: OutputOptions & { bootstrap?: boolean }) => {
      await settleTrust(context, stdin, options);
      const daemon = await face(context, { ...options, anonymous: true });
      const account = name ?? context.surroundings.user;
      const ask = secretAsker(stdin, context.stderr);
      const password = options.bootstrap
        ? await bootstrapAccount(daemon, account, ask, stdin.isTTY === true)
        : await ask(`Password of ${account}: `);
      const signedIn = await daemon.post<LoggedIn>('/login', { name: account, password });
      await keepSignIn(context.surroundings.credentials, daemon.url, signedIn);
      const { token: _, ...told } = signedIn;
      if (options.output === 'json') printJson(context, told);
      else print(context, `Signed in as ${told.user} until ${told.expiresAt}.`);
    });
}

export function logoutCommand(context: CliContext): Command {
  return clientCommand('logout')
    .description('end the sign-in here and at the daemon')
    .action(async (options: OutputOptions) => {
      const { credentials } = context.surroundings;
      const { url } = await face(context, { ...options, anonymous: true });
      const gone = await forgetSignIn(credentials, url);
      if (!gone) return print(context, 'Nobody is signed in.');
      const daemon = await face(context, { ...options, token: gone.token });
      // One that has expired or is revoked has ended already.
      await daemon.post('/api/v1/logout', {}).catch(() => undefined);
      print(context, `${gone.user} is signed out.`);
    });
}

export function whoamiCommand(context: CliContext): Command {
  return clientCommand('whoami')
    .description('as whom you ask, and which roles that has')
    .action(async (options: OutputOptions) => {
      const who = await (await face(context, options)).get<WhoAmI>('/api/v1/whoami');
      if (options.output === 'json') return printJson(context, who);
      const note = who.verified ? '' : ' (the holder of the daemon’s token says so)';
      const lines = [
        `${who.name}${note}`,
        ...(who.displayName ? [`  name     ${who.displayName}`] : []),
        ...(who.emails ? [`  e-mail   ${who.emails.join(', ')}`] : []),
        ...(who.owner ? [`  owner    ${who.owner}`] : []),
        ...(who.groups.length > 0 ? [`  groups   ${who.groups.join(', ')}`] : []),
        ...who.grants.map((grant) => `  role     ${describeGrant(grant)}`),
      ];
      print(context, lines.join('\n'));
    });
}

export function canCommand(context: CliContext, exit: (code: number) => void): Command {
  return clientCommand('can')
    .description('whether you may; exit code 1: no')
    .argument('<verb>', 'promote, approve, push, sync, rollback, pin, get …')
    .argument('[what]', 'shop, or shop/prod; left out: any')
    .action(async (verb: string, what: string | undefined, options: OutputOptions) => {
      const [delivery = '', environment = ''] = (what ?? '').split('/', 2);
      const asked = { verb, ...(delivery ? { delivery } : {}), ...(environment ? { environment } : {}) };
      const verdict = await (await face(context, options)).post<Verdict>('/api/v1/can', asked);
      if (options.output === 'json') printJson(context, verdict);
      else print(context, textOf(verdict));
      if (!verdict.allowed) exit(1);
    });
}

const textOf = ({ allowed, reason, remedy }: Verdict): string =>
  allowed ? 'yes' : `no: ${reason}${remedy ? `\n  → ${remedy}` : ''}`;
