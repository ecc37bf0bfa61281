import { Command } from 'commander';
import { isAuthority } from '../../base/authority.ts';
import { ProblemError } from '../../base/errors.ts';
import { type Login, openSession } from '../../charts/registry/session.ts';
import { statusProblem } from '../../charts/web/statuses.ts';
import { askOf, type FetchFlags } from '../charts/fetching.ts';
import { forgetLogin, keepLogin, ownLogins } from '../charts/logins.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { type Keyboard, secretAsker } from '../password.ts';

type LoginFlags = Pick<FetchFlags, 'plainHttp' | 'caFile'> & { readonly username?: string };

export function chartLoginCommand(context: CliContext, keyboard: Keyboard): Command {
  return new Command('login')
    .description('sign in to a registry of charts; the password is asked for, or read from standard input')
    .argument('<host>', 'registry.example.com')
    .option('--username <name>', 'who you are there (default: your name on this machine)')
    .option('--plain-http', 'speak to the registry without TLS')
    .option('--ca-file <file>', 'certificate of the authority of the registry, PEM')
    .action(async (given: string, flags: LoginFlags) => {
      const host = hostOf(given);
      const username = flags.username ?? context.surroundings.user;
      const password = await secretAsker(keyboard, context.stderr)(`Password of ${username}: `);
      await tryLogin(host, { type: 'password', username, password }, flags);
      await keepLogin(context.surroundings, host, { username, password });
      print(context, `Signed in to ${host} as ${username}.`);
      print(context, `  kept in ${ownLogins(context.surroundings)}, which only you can read`);
    });
}

export function chartLogoutCommand(context: CliContext): Command {
  return new Command('logout')
    .description('forget the password of a registry of charts')
    .argument('<host>', 'registry.example.com')
    .action((given: string) => {
      const host = hostOf(given);
      const gone = forgetLogin(context.surroundings, host);
      print(
        context,
        gone ? `The password of ${host} is forgotten.` : `No password of ${host} was kept here.`,
      );
    });
}

/** A password that the registry does not take is not kept. @throws ProblemError */
async function tryLogin(host: string, login: Login, flags: LoginFlags): Promise<void> {
  const options = { ask: askOf(flags), loginFor: async () => login, plainHttp: flags.plainHttp === true };
  const answer = await openSession(host, options).request({ repository: '', actions: 'pull' }, '/v2/', {
    most: 64 * 1024,
  });
  if (answer.status !== 200)
    throw statusProblem(answer, {
      what: 'registry at /v2/',
      host,
      signIn: 'Check the name and the password.',
    });
}

function hostOf(given: string): string {
  const host = given.replace(/^(?:oci|https?):\/\//, '').replace(/\/+$/, '');
  if (isAuthority(host)) return host;
  throw new ProblemError({
    reason: 'BadRequest',
    message: `${JSON.stringify(given)} is no host`,
    remedy: 'Write registry.example.com, with a port if it has one.',
  });
}
