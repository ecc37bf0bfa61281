import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';

/** Whether a body follows, of any length. */
export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request;
  if (headers['transfer-encoding'] !== undefined) return true;
  if (headers['content-length'] !== undefined) return Number(headers['content-length']) > 0;
  return request.httpVersionMajor === 2 && !(request as unknown as Http2ServerRequest).stream.endAfterHeaders;
}

export interface BodyOptions {
  /** Bytes; 0: any. */
  readonly largest: number;
  /** The body has grown beyond that: nothing more is sent. */
  readonly onTooLarge: () => void;
  /** It has been sent as a whole. */
  readonly onSent: () => void;
}

/** Sends the body on as it comes, at the pace of the backend. One that is not as long as it says ends both. */
export function sendBody(request: IncomingMessage, outgoing: ClientRequest, options: BodyOptions): void {
  const declared = request.headers['content-length'];
  let size = 0;
  let isOver = false;
  const stop = (): void => {
    isOver = true;
    outgoing.destroy();
  };
  request.on('data', (chunk: Buffer) => {
    if (isOver) return;
    size += chunk.length;
    if (options.largest > 0 && size > options.largest) {
      stop();
      options.onTooLarge();
    } else if (declared !== undefined && size > Number(declared)) stop();
    else if (!outgoing.write(chunk)) request.pause();
  });
  outgoing.on('drain', () => request.resume());
  // What is left of a body whose answer is there already must not hold up the connection.
  outgoing.once('close', () => {
    isOver = true;
    request.resume();
  });
  request.once('end', () => {
    if (isOver) return;
    if (declared !== undefined && size !== Number(declared)) return stop();
    outgoing.end();
    options.onSent();
  });
  request.once('error', stop);
  request.once('aborted', stop);
}
