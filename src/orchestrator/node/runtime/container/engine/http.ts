import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readAnswerBody } from '../../../../../base/answerbody.ts';
import { errnoOf } from '../../../../../base/errors.ts';

/** Docker Engine API (moby `docs/api/v1.41.yaml`), over a socket of this machine. */

/** 1.41 is what Docker 20.10 and Podman 4 speak, and newer ones still do. */
const VERSION = '/v1.41';

export interface EngineRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a tar archive, piece by piece where it comes so. */
  readonly archive?: Buffer | AsyncIterable<Buffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The engine has answered, and not with a success. `status`: of HTTP; its message is the engine's own. */
export class EngineError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'EngineError';
    this.status = status;
  }
}

/** It is not there (any more): a container, an image. */
export const isGone = (error: unknown): boolean => error instanceof EngineError && error.status === 404;

export interface EngineHttp {
  readonly socketPath: string;
  /** Rejects with EngineError, or with an error of the system when the engine does not answer. */
  json<T>(request: EngineRequest): Promise<T>;
  /** An answer that is read piece by piece, for as long as it lasts. Rejects as `json` does. */
  open(request: EngineRequest): Promise<IncomingMessage>;
  /** A connection that the engine hands over to the streams of a container. Rejects as `json` does. */
  takeOver(request: EngineRequest): Promise<Duplex>;
}

const LARGEST = 64 * 1024 * 1024;

export function engineHttp(socketPath: string): EngineHttp {
  function send({ method = 'GET', path, query = {}, body, archive, headers, signal }: EngineRequest) {
    const entries = Object.entries(query).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const text = archive ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
    const length = Buffer.isBuffer(text) ? { 'content-length': text.length } : {};
    const outgoing = request({
      socketPath,
      // A connection of its own: one that an engine which restarts has closed would fail the next request.
      agent: false,
      method,
      path: `${VERSION}${path}${entries.length > 0 ? `?${new URLSearchParams(entries)}` : ''}`,
      headers: {
        host: 'engine',
        // Podman takes a body without a type for a form, and imports an empty archive then.
        ...(text ? { 'content-type': archive ? 'application/x-tar' : 'application/json' } : {}),
        ...length,
        ...headers,
      },
      ...(signal ? { signal } : {}),
    });
    if (text === undefined || Buffer.isBuffer(text)) outgoing.end(text);
    // What cannot be read ends the request with its error; what the connection says of itself, its own listener hears.
    else pipeline(Readable.from(text), outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
    return outgoing;
  }

  const open = (asked: EngineRequest): Promise<IncomingMessage> =>
    answered(send(asked), asked.signal).catch((error: unknown) => {
      throw explained(socketPath, error);
    });

  return {
    socketPath,
    open,
    async json<T>(asked: EngineRequest): Promise<T> {
      const text = (await readAnswerBody(await open(asked), LARGEST)).toString();
      return (text.trim() === '' ? undefined : JSON.parse(text)) as T;
    },
    async takeOver(asked) {
      const outgoing = send({ ...asked, headers: { connection: 'Upgrade', upgrade: 'tcp' } });
      const handed = new Promise<Duplex>((resolve) => {
        outgoing.once('upgrade', (_response, socket: Duplex, head: Buffer) => {
          if (head.length > 0) socket.unshift(head);
          resolve(socket);
        });
      });
      const refused = answered(outgoing, undefined).then((response) => {
        response.destroy();
        throw new EngineError(response.statusCode ?? 0, 'the engine does not hand its connection over');
      });
      return Promise.race([handed, refused]).catch((error: unknown) => {
        throw explained(socketPath, error);
      });
    },
  };
}

function answered(outgoing: ClientRequest, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('error', (error) => reject(signal?.aborted ? signal.reason : error));
    outgoing.once('response', (response) => {
      const { statusCode = 0 } = response;
      if (statusCode < 300 || statusCode === 304) return resolve(response);
      readAnswerBody(response, LARGEST).then(
        (body) => reject(new EngineError(statusCode, messageOf(body.toString()))),
        reject,
      );
    });
  });
}

/** `{"message": …}`, and Podman adds a cause that repeats it. */
function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: string };
    return message ?? body;
  } catch {
    return body.trim();
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ECONNREFUSED: 'is there, and no engine listens on it',
  EACCES: 'may not be opened by the user who runs Pilotage',
};

function explained(socketPath: string, error: unknown): unknown {
  const words = WORDS[errnoOf(error) ?? ''];
  return words === undefined ? error : new Error(`${socketPath} ${words}`, { cause: error });
}
