import { execFile } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Argument, Command } from 'commander';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import type { DaemonFile } from '../../model/daemonfile.ts';
import { print } from '../command.ts';
import type { CliContext, Surroundings } from '../context.ts';
import { signInAt } from '../credentials.ts';
import { findDaemon } from '../daemon/face.ts';

/** git's own three (gitcredentials(7)), and ours. */
const OPERATIONS = ['get', 'store', 'erase', 'setup'] as const;

export function gitCredentialCommand(context: CliContext, stdin: NodeJS.ReadableStream): Command {
  return new Command('git-credential')
    .description('give git the token, so that no URL and no command line holds it')
    .addArgument(
      new Argument('<operation>', 'setup: once, for your user; the others are what git asks').choices(
        OPERATIONS,
      ),
    )
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .action(async (operation: (typeof OPERATIONS)[number], options: { dataDir?: string }) => {
      const dataDir = options.dataDir ?? context.surroundings.dataDir;
      if (operation === 'setup') return setUp(context, dataDir);
      // Only the daemon stores the token; git has nothing to store or erase.
      if (operation !== 'get') return;
      const asked = await text(stdin);
      // When this helper answers nothing, git asks the next one, and then the person.
      const daemon = await findDaemon(dataDir).catch(() => undefined);
      if (!daemon) return;
      const { credentials, user } = context.surroundings;
      // Somebody who is signed in pushes in that name; when the sign-in has expired, git asks the person.
      const signedIn = await signInAt(credentials, daemon.http, context.clock.now()).catch(
        () => 'expired' as const,
      );
      if (signedIn === 'expired') return;
      const answer = signedIn
        ? credentialFor(asked, { ...daemon, token: signedIn.token }, signedIn.user)
        : credentialFor(asked, daemon, user);
      context.stdout.write(answer);
    });
}

async function setUp(context: CliContext, dataDir: string): Promise<void> {
  const daemon = await findDaemon(dataDir);
  await configureGit(context.surroundings, daemon, dataDir, ['--global']);
  print(
    context,
    `git asks Pilotage for the token of ${daemon.http}; now: git push ${daemon.git}/NAME.git main`,
  );
}

/** The answer in git's credential protocol (git-credential(1), INPUT/OUTPUT FORMAT); '' for any other host than the daemon's. */
export function credentialFor(
  asked: string,
  { http, token }: Pick<DaemonFile, 'http' | 'token'>,
  user: string,
): string {
  const lines = asked.split('\n').map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]);
  const said = Object.fromEntries(lines) as Readonly<Record<string, string>>;
  const { protocol, host } = new URL(http);
  if (`${said.protocol}:` !== protocol || said.host !== host) return '';
  return `username=${said.username || nameFor(user)}\npassword=${token}\n`;
}

/** Pushes are recorded under this name. Basic authentication ends it at a colon (RFC 7617), the protocol at a line break. */
const nameFor = (user: string): string => (/[:\p{Cc}]/u.test(user) ? 'git' : user.trim() || 'git');

/** What git is to run; it adds the operation. A shell reads it. */
export const helperOf = ({ entry }: Pick<Surroundings, 'entry'>, dataDir: string): string =>
  `!${[entry.execPath, ...entry.args, 'git-credential', '--data-dir', dataDir].map(quoted).join(' ')}`;

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** For the user (`--global`), or for the repository in `cwd` (`--local`). */
export function configureGit(
  surroundings: Surroundings,
  { http }: Pick<DaemonFile, 'http'>,
  dataDir: string,
  where: readonly string[],
  cwd?: string,
): Promise<void> {
  const args = ['config', ...where, `credential.${http}.helper`, helperOf(surroundings, dataDir)];
  const options = { env: surroundings.fullEnvironment, ...(cwd ? { cwd } : {}) };
  return new Promise((resolve, reject) => {
    execFile('git', args, options, (error, _stdout, stderr) => {
      if (!error) return resolve();
      const message =
        errnoOf(error) === 'ENOENT' ? 'There is no git on this machine.' : `git config: ${stderr.trim()}`;
      reject(new ProblemError({ reason: 'GitFailed', message }));
    });
  });
}
