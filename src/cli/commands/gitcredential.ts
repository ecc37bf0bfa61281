import { execFile } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Argument, Command } from 'commander';
import { shellWord } from '../../base/commandline.ts';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import type { DaemonFile } from '../../model/daemonfile.ts';
import { authorityFile, keptAuthority } from '../authorities.ts';
import { print } from '../command.ts';
import type { CliContext, Surroundings } from '../context.ts';
import { signInAt } from '../credentials.ts';
import { findDaemon, originOf } from '../daemon/face.ts';

/** git's own three (gitcredentials(7)), and ours. */
const OPERATIONS = ['get', 'store', 'erase', 'setup'] as const;

interface Options {
  readonly dataDir?: string;
  readonly server?: string;
}

export function gitCredentialCommand(context: CliContext, stdin: NodeJS.ReadableStream): Command {
  return new Command('git-credential')
    .description('give git the token, so that no URL and no command line holds it')
    .addArgument(
      new Argument('<operation>', 'setup: once, for your user; the others are what git asks').choices(
        OPERATIONS,
      ),
    )
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .option('--server <url>', 'one elsewhere, where `pilotage login --server URL` has signed you in')
    .action(async (operation: (typeof OPERATIONS)[number], options: Options) => {
      if (operation === 'setup') return setUp(context, options);
      // Only the daemon stores the token; git has nothing to store or erase.
      if (operation !== 'get') return;
      const asked = await text(stdin);
      // When this helper answers nothing, git asks the next one, and then the person.
      const holder = await holderOf(context, options).catch(() => undefined);
      if (holder) context.stdout.write(credentialFor(asked, holder, holder.user));
    });
}

interface Holder extends Pick<DaemonFile, 'http' | 'token'> {
  readonly user: string;
}

/** Whose token git gets: somebody who is signed in pushes in that name; else, on the daemon's machine, whoever is at the keyboard. */
async function holderOf({ surroundings, clock }: CliContext, options: Options): Promise<Holder | undefined> {
  const daemon = options.server === undefined ? await daemonOf(surroundings, options) : undefined;
  const http = daemon?.http ?? originOf(options.server ?? '');
  // An expired one rejects: it must not turn into somebody else's.
  const signedIn = await signInAt(surroundings.credentials, http, clock.now());
  if (signedIn) return { http, token: signedIn.token, user: signedIn.user };
  return daemon && { http, token: daemon.token, user: surroundings.user };
}

const daemonOf = (surroundings: Surroundings, { dataDir }: Options): Promise<DaemonFile> =>
  findDaemon(dataDir ?? surroundings.dataDir);

async function setUp(context: CliContext, options: Options): Promise<void> {
  const { surroundings } = context;
  const { server, dataDir = surroundings.dataDir } = options;
  if (server === undefined) {
    const daemon = await daemonOf(surroundings, options);
    await configureGit(surroundings, accessTo(daemon, dataDir), ['--global']);
    return told(context, daemon.http);
  }
  const url = originOf(server);
  const known = (await keptAuthority(surroundings.credentials, url)) !== undefined;
  const ca = known ? authorityFile(surroundings.credentials, url) : undefined;
  await configureGit(surroundings, { url, ca, by: ['--server', url] }, ['--global']);
  told(context, url);
}

const told = (context: CliContext, url: string): void =>
  print(context, `git asks Pilotage for the token of ${url}; now: git push ${url}/git/NAME.git main`);

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
export const helperOf = ({ entry }: Pick<Surroundings, 'entry'>, by: readonly string[]): string =>
  `!${[entry.execPath, ...entry.args, 'git-credential', ...by].map(quoted).join(' ')}`;

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : shellWord(word));

/** What git is to know of a daemon. */
export interface GitAccess {
  readonly url: string;
  /** File of the authority of its certificate; undefined: one that git trusts already. */
  readonly ca: string | undefined;
  /** How the helper finds it. */
  readonly by: readonly string[];
}

/** To the daemon of a data directory. */
export const accessTo = ({ http, tls }: Pick<DaemonFile, 'http' | 'tls'>, dataDir: string): GitAccess => ({
  url: http,
  ca: tls?.own ? tls.ca : undefined,
  by: ['--data-dir', dataDir],
});

/** For the user (`--global`), or for the repository in `cwd` (`--local`). */
export async function configureGit(
  surroundings: Surroundings,
  { url, ca, by }: GitAccess,
  where: readonly string[],
  cwd?: string,
): Promise<void> {
  const set = (key: string, value: string) => gitConfig(surroundings, [...where, key, value], cwd);
  await set(`credential.${url}.helper`, helperOf(surroundings, by));
  if (ca !== undefined) await set(`http.${url}.sslCAInfo`, ca);
}

function gitConfig(surroundings: Surroundings, args: readonly string[], cwd?: string): Promise<void> {
  const options = { env: surroundings.fullEnvironment, ...(cwd ? { cwd } : {}) };
  return new Promise((resolve, reject) => {
    execFile('git', ['config', ...args], options, (error, _stdout, stderr) => {
      if (!error) return resolve();
      const message =
        errnoOf(error) === 'ENOENT' ? 'There is no git on this machine.' : `git config: ${stderr.trim()}`;
      reject(new ProblemError({ reason: 'GitFailed', message }));
    });
  });
}
