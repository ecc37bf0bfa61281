import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { onAbort } from '../../base/abort.ts';
import { readAnswerBody } from '../../base/answerbody.ts';
import { errnoOf, type Problem, ProblemError } from '../../base/errors.ts';
import { isSameProcess } from '../../base/process.ts';
import type { Status } from '../../kube/values/status.ts';
import { type DaemonFile, readDaemonFile } from '../../model/daemonfile.ts';
import type { Refusal } from '../../model/faces.ts';
import { EVENTS_AFTER, type StreamLine } from '../../model/progress.ts';
import { keptAuthority, readAuthority } from '../authorities.ts';
import type { Surroundings } from '../context.ts';
import { signInAt } from '../credentials.ts';
import { type FaceAddress, open } from './connection.ts';

export interface ClientOptions {
  readonly dataDir?: string;
  readonly server?: string;
  /** File of the authority of its certificate, PEM; default: the one that `pilotage login` has kept, else those that this machine trusts. */
  readonly ca?: string;
  /** On whose behalf it asks; default: the person at the keyboard. */
  readonly user?: string;
  /** As nobody, or with what stands in the request: to sign in. */
  readonly anonymous?: boolean;
  /** Instead of the sign-in that is kept. */
  readonly token?: string;
}

/** The daemon as a command sees it. Every refusal rejects with the daemon's own ProblemError. */
export interface FaceClient {
  readonly url: string;
  /** Absent when the daemon was named by --server: then nothing of its disk is known. */
  readonly daemon?: DaemonFile;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
  /** As nobody, with headers and a body as they are: what forges send. */
  send<T>(
    path: string,
    request: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  ): Promise<T>;
  /** The bytes of an answer, as they come. */
  stream(path: string): Promise<Readable>;
  /** Progress from now on, or after the event `query.after`, as long as the connection lasts. Resolves once nothing can be missed any more. */
  events(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<EventStream>;
}

export interface EventStream {
  /** Id of the event after which it begins. */
  readonly after: number;
  readonly lines: AsyncIterable<StreamLine>;
}

const notRunning = (dataDir: string): ProblemError =>
  new ProblemError({
    reason: 'NotRunning',
    message: `No Pilotage runs on the data directory ${dataDir}.`,
    remedy:
      'Start one with `pilotage up`, or say where it is: --data-dir DIR, PILOTAGE_DATA_DIR, or --server URL.',
  });

/** The daemon of a data directory, refused when it does not run. */
export async function findDaemon(dataDir: string): Promise<DaemonFile> {
  const daemon = await readDaemonFile(dataDir);
  if (!daemon || !isSameProcess(daemon.pid, daemon.pidStartTime)) throw notRunning(dataDir);
  return daemon;
}

/** The daemon elsewhere that is meant; undefined: one of this machine, by its data directory. */
export const serverOf = (
  { server }: Pick<Surroundings, 'server'>,
  options: ClientOptions,
): string | undefined => (options.server ?? (options.dataDir ? undefined : server)) || undefined;

export async function openFace(surroundings: Surroundings, options: ClientOptions): Promise<FaceClient> {
  const server = serverOf(surroundings, options);
  if (server !== undefined) {
    const url = parseServer(server);
    const given = url.password || surroundings.token;
    const identity = await identityAt(surroundings, options, url.origin, given);
    return client(await addressOf(surroundings, options, url.origin), identity);
  }
  const daemon = await findDaemon(options.dataDir ?? surroundings.dataDir);
  const identity = await identityAt(surroundings, options, daemon.http, undefined, daemon.token);
  return { ...client(await localAddress(daemon), identity), daemon };
}

async function addressOf(
  { credentials }: Surroundings,
  { ca }: ClientOptions,
  url: string,
): Promise<FaceAddress> {
  const authority = ca === undefined ? await keptAuthority(credentials, url) : await readAuthority(ca);
  return { url, ...(authority === undefined ? {} : { ca: authority }) };
}

async function localAddress({ http: url, tls }: DaemonFile): Promise<FaceAddress> {
  if (!tls) return { url };
  return {
    url,
    hostname: tls.host,
    port: tls.port,
    servername: 'localhost',
    ca: await readFile(tls.ca, 'utf8'),
  };
}

const SUCCESSES = new Set([200, 201, 202]);

interface Identity {
  readonly token?: string;
  /** On whose behalf the holder of the daemon's own token asks. */
  readonly user?: string;
}

/** A token that was given, else the sign-in that is kept, else the daemon's own token, whose holder says who it is. */
async function identityAt(
  { credentials, user: atKeyboard }: Surroundings,
  { anonymous, token, user }: ClientOptions,
  url: string,
  given: string | undefined,
  own?: string,
): Promise<Identity> {
  if (anonymous) return {};
  const known = token ?? given ?? (await signInAt(credentials, url, Date.now()))?.token ?? own;
  if (known === undefined) return { user: user ?? atKeyboard };
  if (isAccountToken(known)) return { token: known, ...(user ? { user } : {}) };
  return { token: known, user: user ?? atKeyboard };
}

/** Such a one says who bears it. */
const isAccountToken = (token: string): boolean => token.startsWith('plt_');

/** @throws ProblemError BadRequest */
export const originOf = (server: string): string => parseServer(server).origin;

function parseServer(server: string): URL {
  const problem = {
    reason: 'BadRequest',
    message: `--server: "${server}" is not a URL like https://deploy.example.com:7080.`,
  };
  if (!URL.canParse(server)) throw new ProblemError(problem);
  const url = new URL(server);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new ProblemError(problem);
  return url;
}

function client(address: FaceAddress, { token, user }: Identity): FaceClient {
  const headers = {
    ...(user ? { 'Pilotage-User': encodeURIComponent(user) } : {}),
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
  };
  const ask = async <T>(
    method: string,
    path: string,
    body?: object | string,
    as: Readonly<Record<string, string>> = headers,
  ): Promise<T> => {
    const response = await open(address, method, path, as, body);
    const text = await textOf(response);
    if (SUCCESSES.has(response.statusCode ?? 0)) return JSON.parse(text) as T;
    throw new ProblemError(refusalOf(text, response.statusCode ?? 0));
  };
  const streamed = async (path: string): Promise<IncomingMessage> => {
    const response = await open(address, 'GET', path, headers);
    if (response.statusCode === 200) return response;
    throw new ProblemError(refusalOf(await textOf(response), response.statusCode ?? 0));
  };
  return {
    url: address.url,
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    send: (path, request) => ask('POST', path, request.body, request.headers),
    stream: (path) => streamed(path),
    async events(query, signal) {
      const response = await streamed(`/api/v1/events?${new URLSearchParams(query)}`);
      response.once(
        'close',
        onAbort(signal, () => response.destroy()),
      );
      return { after: Number(response.headers[EVENTS_AFTER]), lines: linesOf(response) };
    },
  };
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<StreamLine> {
  // A connection that was lost before its first line is read would never tell the reader.
  if (response.destroyed) return;
  try {
    for await (const line of createInterface({ input: response })) yield JSON.parse(line) as StreamLine;
  } catch (error) {
    // The reader went away or the daemon did: the stream is over either way, and the status tells the rest.
    if (errnoOf(error) !== 'ECONNRESET' && errnoOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

function refusalOf(text: string, code: number): Problem {
  try {
    // The Kubernetes API has words of its own.
    const { problem, reason = '', message = '' } = JSON.parse(text) as Partial<Refusal & Status>;
    return problem ?? { reason, message };
  } catch {
    return { reason: 'InternalError', message: `The server answered ${code}: ${text.slice(0, 200)}` };
  }
}

const textOf = async (response: IncomingMessage): Promise<string> =>
  (await readAnswerBody(response)).toString('utf8');
