import type { Command } from 'commander';
import { type Problem, ProblemError } from '../../base/errors.ts';
import type { LoggedIn, SignInWays, Verdict, WhoAmI } from '../../model/identityfaces.ts';
import { bootstrapAccount } from '../bootstrap.ts';
import { clientCommand, face, type OutputOptions, print, printJson } from '../command.ts';
import type { CliContext } from '../context.ts';
import { forgetSignIn, keepSignIn } from '../credentials.ts';
import type { FaceClient } from '../daemon/face.ts';
import { describeGrant } from '../output/grants.ts';
import { type Keyboard, secretAsker } from '../password.ts';
import { signInByBrowser } from '../signin/browser.ts';
import { signInByDevice } from '../signin/device.ts';
import { settleTrust } from '../trust.ts';

interface LoginFlags {
  readonly device?: boolean;
  readonly bootstrap?: boolean;
}

export function loginCommand(context: CliContext, stdin: Keyboard): Command {
  return clientCommand('login')
    .description(
      'sign in, by name and password or at an OpenID Connect provider; what follows is done in that name, for half a day',
    )
    .argument(
      '[name]',
      'the name of an account, to sign in by its password (default: at the provider where there is one, else your name on this machine)',
    )
    .option('--device', 'at the provider, with a browser on another machine: it prints a code to type there')
    .option(
      '--bootstrap',
      'make the account first, the first administrator’s, with the code of `pilotage user bootstrap`',
    )
    .action(async (name: string | undefined, options: OutputOptions & LoginFlags) => {
      await settleTrust(context, stdin, options);
      const daemon = await face(context, { ...options, anonymous: true });
      const signedIn = await signIn(context, stdin, daemon, { ...options, ...(name ? { name } : {}) });
      await keepSignIn(context.surroundings.credentials, daemon.url, signedIn);
      const { token: _, ...told } = signedIn;
      if (options.output === 'json') printJson(context, told);
      else print(context, `Signed in as ${told.user} until ${told.expiresAt}.`);
    });
}

async function signIn(
  context: CliContext,
  stdin: Keyboard,
  daemon: FaceClient,
  { name, device, bootstrap }: LoginFlags & { readonly name?: string },
): Promise<LoggedIn> {
  const isByPassword = name !== undefined || bootstrap === true;
  if (isByPassword && device) throw new ProblemError(TWO_WAYS);
  const { ways } = isByPassword ? { ways: [] } : await daemon.get<SignInWays>('/login');
  if (device && !ways.includes('oidc')) throw new ProblemError(NO_PROVIDER);
  if (device) return signInByDevice(context, daemon);
  if (ways.includes('oidc')) return signInByBrowser(context, daemon);
  const account = name ?? context.surroundings.user;
  const ask = secretAsker(stdin, context.stderr);
  const password = bootstrap
    ? await bootstrapAccount(daemon, account, ask, stdin.isTTY === true)
    : await ask(`Password of ${account}: `);
  return daemon.post<LoggedIn>('/login', { name: account, password });
}

const TWO_WAYS: Problem = {
  reason: 'Misuse',
  message: 'A name and --bootstrap are for passwords, --device is for the provider.',
  remedy: 'Give one of them, or none.',
};

const NO_PROVIDER: Problem = {
  reason: 'NoProvider',
  message: 'No OpenID Connect provider signs people in to this Pilotage.',
  remedy:
    'Sign in by name and password: pilotage login NAME. An administrator names one: pilotage up --signin FILE.',
};

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
