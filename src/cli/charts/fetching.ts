import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import type { Login } from '../../charts/registry/session.ts';
import { ChartFetcher } from '../../charts/remote/fetcher.ts';
import { openStore } from '../../charts/remote/store.ts';
import type { RepositoryLogin } from '../../charts/repository/client.ts';
import type { Ask } from '../../charts/web/ask.ts';
import type { ContentCache } from '../../charts/web/cache.ts';
import { createExchange } from '../../charts/web/exchange.ts';
import { patient } from '../../charts/web/patience.ts';
import { goDialect } from '../../render/helm/dialect.ts';
import type { CliContext } from '../context.ts';
import { type Keyboard, secretAsker } from '../password.ts';
import { helmRepositories, sameRepository } from './helmrepositories.ts';
import { loginFor } from './logins.ts';

export interface FetchFlags {
  readonly plainHttp?: boolean;
  readonly caFile?: string;
  readonly username?: string;
  readonly passCredentials?: boolean;
  readonly offline?: boolean;
}

/** The options of all commands that fetch charts. */
export const withFetchOptions = (command: Command): Command =>
  command
    .option('--username <name>', 'of the repository; its password is asked for, or read from standard input')
    .option('--pass-credentials', 'give them to other hosts that an index.yaml names, too')
    .option('--plain-http', 'ask a registry without TLS')
    .option('--ca-file <file>', 'certificate of the authority of the server, PEM')
    .option('--offline', 'use only what was fetched before');

const TIMEOUT_MS = 120_000;

const OFFLINE: Ask = async ({ url }) => {
  throw new ProblemError({
    reason: 'Offline',
    message: `Without the network nothing is known of ${new URL(url).host}`,
    remedy:
      'A chart that was fetched before is found by its digest: in Chart.lock, or behind @ of a reference.',
  });
};

/** What charts were fetched, by their content. */
function chartCache({ surroundings }: CliContext): ContentCache | undefined {
  const { XDG_CACHE_HOME, HOME } = surroundings.fullEnvironment;
  const folder = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'));
  if (!folder) return undefined;
  const store = openStore(join(folder, 'pilotage', 'charts'));
  // A chart that cannot be kept is fetched all the same: a full disk, a home that nobody may write to.
  return { get: store.get, put: (digest, bytes) => store.put(digest, bytes).catch(() => undefined) };
}

export const askOf = ({ caFile, offline }: FetchFlags): Ask =>
  offline
    ? OFFLINE
    : patient(
        createExchange({ timeoutMs: TIMEOUT_MS, ...(caFile ? { ca: readFileSync(caFile, 'utf8') } : {}) }),
        setTimeout,
      );

/** Charts as whoever is at the keyboard may read them. */
export function fetcherOf(context: CliContext, keyboard: Keyboard, flags: FetchFlags): ChartFetcher {
  const { username, plainHttp = false, passCredentials = false } = flags;
  const cache = chartCache(context);
  let asked: Promise<string> | undefined;
  const given = async (): Promise<{ username: string; password: string } | undefined> => {
    if (username === undefined) return undefined;
    asked ??= secretAsker(keyboard, context.stderr)('Password: ');
    return { username, password: await asked };
  };
  return new ChartFetcher({
    ask: askOf(flags),
    dialect: goDialect,
    plainHttp,
    ...(cache ? { cache } : {}),
    loginFor: async (host): Promise<Login | undefined> => {
      const own = await given();
      return own ? { type: 'password', ...own } : loginFor(context.surroundings, host);
    },
    repositoryLogin: async (url) => {
      const own = await given();
      const login = own ? { ...own, everywhere: passCredentials } : helmLogin(context, url);
      if (login && url.startsWith('http:') && !plainHttp) throw unencrypted(url);
      return login;
    },
  });
}

function helmLogin({ surroundings }: CliContext, url: string): RepositoryLogin | undefined {
  const known = helmRepositories(surroundings.fullEnvironment).find((one) => sameRepository(one.url, url));
  if (!known || known.username === '') return undefined;
  return { username: known.username, password: known.password, everywhere: known.passCredentials };
}

const unencrypted = (url: string): ProblemError =>
  new ProblemError({
    reason: 'Unencrypted',
    message: `A password would be sent to ${new URL(url).host} without encryption`,
    remedy: 'Write https://. Where it is meant, say so: --plain-http.',
  });
