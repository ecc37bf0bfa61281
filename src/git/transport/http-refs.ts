import type { HttpClient } from 'isomorphic-git';
import { ProblemError } from '../../base/errors.ts';
import { lineOf, PacketReader } from '../wire/pkt-line.ts';
import { advertised, type Listing, LS_REFS, listed, listingOf, type Refs, until } from './packclient.ts';
import { notGit, statusProblem } from './remote-errors.ts';

export interface HttpConnection {
  readonly http: HttpClient;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * HEAD and branches by one question, which isomorphic-git cannot ask: it takes one prefix. What a server can do (gitprotocol-http, "Discovering
 * References") is asked before, and one that does not speak the second version has answered with that. Throws ProblemError
 * AuthenticationFailed, NotARepository, RemoteUnreachable; AskedTooOften.
 */
export async function listRefs(connection: HttpConnection): Promise<Listing> {
  const offered = await exchange(connection, {}, async (packets) => {
    let first = await packets.next();
    if (first.kind === 'data' && lineOf(first.data).startsWith('# service=')) {
      await packets.next();
      first = await packets.next();
    }
    if (first.kind === 'data' && lineOf(first.data) === 'version 1') first = await packets.next();
    if (first.kind !== 'data' || lineOf(first.data) !== 'version 2') return advertised(packets, first);
    await until(packets, 'flush');
    return undefined;
  });
  return listingOf(offered ?? (await exchange(connection, { body: LS_REFS }, listed)));
}

async function exchange<T extends Refs | undefined>(
  { http, url, headers }: HttpConnection,
  { body }: { readonly body?: Buffer },
  read: (packets: PacketReader) => Promise<T>,
): Promise<T> {
  const name = 'application/x-git-upload-pack';
  const answer = await http.request({
    method: body ? 'POST' : 'GET',
    url: body ? `${url}/git-upload-pack` : `${url}/info/refs?service=git-upload-pack`,
    headers: {
      ...headers,
      'Git-Protocol': 'version=2',
      ...(body ? { 'content-type': `${name}-request`, accept: `${name}-result` } : {}),
    },
    ...(body ? { body: once(body) } : {}),
  });
  const source = answer.body ?? once(Buffer.alloc(0));
  try {
    if (answer.statusCode !== 200) throw statusProblem(url, answer.statusCode, answer.headers);
    const type = mediaTypeOf(answer.headers?.['content-type']);
    if (type !== `${name}-${body ? 'result' : 'advertisement'}`) throw notGit(url);
    const packets = new PacketReader(buffers(source));
    const refs = await read(packets);
    // Read to its end, a connection serves the next question too.
    await packets.next();
    return refs;
  } catch (error) {
    if (error instanceof ProblemError && error.problem.reason === 'BadRequest') throw notGit(url);
    throw error;
  } finally {
    await source.return?.();
  }
}

/** Without parameters, which proxies add, and in lower case: RFC 9110, section 8.3.1. */
const mediaTypeOf = (contentType = ''): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* buffers(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, length } of source) yield Buffer.from(buffer, byteOffset, length);
}
