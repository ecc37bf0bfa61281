import { ProblemError } from '../../base/errors.ts';
import type { OpenRepository } from '../repository.ts';
import { Quarantine } from '../store/quarantine.ts';
import { DELIM, FLUSH, lineOf, PacketReader, packet } from '../wire/pkt-line.ts';
import { gitHttpClient } from './http-client.ts';
import { remoteProblem } from './remote-errors.ts';
import { type Credentials, schemeOf, type TlsOptions } from './transport.ts';

export interface PinnedOptions extends TlsOptions {
  readonly credentials?: Credentials;
  /** Bytes of the pack at most. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

const MOST_BYTES = 64 * 2 ** 20;

/**
 * Brings one commit and its tree into a repository, without its history, whatever branches point at it (gitprotocol-v2, `fetch` with
 * `deepen 1`). The server is asked as written: no redirection is followed, as it could lead to where nobody has allowed.
 * Throws ProblemError RemoteUnreachable, AuthenticationFailed, NotARepository, CommitMissing, TreeTooLarge, PackTooLarge.
 */
export async function fetchCommit(
  url: string,
  commit: string,
  into: OpenRepository,
  options: PinnedOptions,
): Promise<void> {
  if (into.store.has(commit)) return;
  const quarantine = new Quarantine(into.dir, into.store);
  try {
    await quarantine.receive(
      packOf(await ask(url, commit, options), url, commit, options.limit ?? MOST_BYTES),
    );
    // Its parents are not there, and nobody asks for them: what is needed is looked at next.
    await quarantine.check(() => true);
    await into.seeing(quarantine.store).tree(commit);
    quarantine.install();
  } catch (error) {
    throw remoteProblem(url, error);
  } finally {
    quarantine.discard();
  }
}

async function ask(url: string, commit: string, options: PinnedOptions): Promise<AsyncIterable<Buffer>> {
  const scheme = schemeOf(url);
  if (scheme !== 'https' && scheme !== 'http') throw new Error(`no commit is fetched by ${scheme}`);
  const { credentials, signal } = options;
  const lines = [`want ${commit}\n`, 'deepen 1\n', 'no-progress\n', 'ofs-delta\n', 'done\n'];
  const body = [packet('command=fetch\n'), packet('agent=pilotage\n'), DELIM, ...lines.map(packet), FLUSH];
  const response = await gitHttpClient(options, signal).request({
    url: `${url}/git-upload-pack`,
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-git-upload-pack-request',
      Accept: 'application/x-git-upload-pack-result',
      'Git-Protocol': 'version=2',
      ...(credentials ? { Authorization: basic(credentials) } : {}),
    },
    body: one(Buffer.concat(body)),
  });
  if (response.statusCode !== 200 || !response.body)
    throw Object.assign(new Error(`HTTP ${response.statusCode}`), {
      code: 'HttpError',
      data: { statusCode: response.statusCode },
    });
  return response.body as AsyncIterable<Buffer>;
}

const basic = ({ user, password }: Credentials): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

async function* one(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield bytes;
}

/** The pack of an answer; its other sections say what is shallow. */
async function* packOf(
  body: AsyncIterable<Uint8Array>,
  url: string,
  commit: string,
  limit: number,
): AsyncGenerator<Buffer> {
  const packets = new PacketReader(buffers(body));
  let isPack = false;
  let bytes = 0;
  for (let next = await packets.next(); next.kind !== 'end'; next = await packets.next()) {
    if (next.kind !== 'data') continue;
    if (!isPack) {
      const line = lineOf(next.data);
      if (line.startsWith('ERR ')) throw missing(url, commit, line.slice('ERR '.length));
      isPack = line === 'packfile';
      continue;
    }
    const [band] = next.data;
    if (band === 3) throw missing(url, commit, lineOf(next.data.subarray(1)));
    if (band !== 1) continue;
    bytes += next.data.length - 1;
    if (bytes > limit) throw tooLarge(url, limit);
    yield next.data.subarray(1);
  }
  if (!isPack) throw missing(url, commit, 'it sent no objects');
}

async function* buffers(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of body) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

const missing = (url: string, commit: string, said: string): ProblemError =>
  new ProblemError({
    reason: 'CommitMissing',
    message: `${url} does not give commit ${commit}: ${said}`,
    remedy: 'Check that the commit was pushed there, and that a branch or a tag holds it.',
  });

const tooLarge = (url: string, limit: number): ProblemError =>
  new ProblemError({
    reason: 'PackTooLarge',
    message: `${url} has more than ${limit / 2 ** 20} MiB at that commit`,
    remedy: 'Copy the base into the repository (kustomize localize).',
  });
