import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Status } from '../../../kube/values/status.ts';
import { type Answer, JSON_TYPE, json, statusOf, warningHeaders } from './answers.ts';
import type { Pace } from './pacing.ts';

export interface Manner {
  readonly warnings: readonly string[];
  /** The answer to a HEAD has no body. */
  readonly headOnly: boolean;
  /** Of writes to watchers. */
  readonly pace: Pace;
}

/** Writes an answer and ends the response. Never rejects: a client that goes away is no failure of ours. */
export async function writeAnswer(response: ServerResponse, answer: Answer, manner: Manner): Promise<void> {
  if (response.destroyed) return discard(answer);
  const { warnings, headOnly, pace } = manner;
  response.setHeader('Cache-Control', 'no-cache, private');
  if (warnings.length > 0) response.setHeader('Warning', warningHeaders(warnings));
  switch (answer.type) {
    case 'bytes':
      response.writeHead(answer.code, {
        ...answer.headers,
        ...(answer.code === 304
          ? {}
          : { 'Content-Type': answer.contentType, 'Content-Length': answer.body.length }),
      });
      response.end(headOnly || answer.code === 304 ? undefined : answer.body);
      return;
    case 'stream':
      return writeStream(response, answer);
    case 'watch':
      return writeWatch(response, answer, pace);
    case 'proxy':
      return writeProxied(response, answer, manner);
  }
}

function discard(answer: Answer): void {
  if (answer.type === 'watch') answer.watch.close();
  if (answer.type === 'stream') answer.body.destroy();
}

async function writeProxied(
  response: ServerResponse,
  { serve }: Extract<Answer, { type: 'proxy' }>,
  manner: Manner,
): Promise<void> {
  response.removeHeader('Cache-Control');
  try {
    await serve(response.req, response);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    const status = statusOf(error);
    await writeAnswer(response, json(status, status.code), { ...manner, warnings: [], headOnly: false });
  }
}

async function writeStream(
  response: ServerResponse,
  { body, contentType }: Extract<Answer, { type: 'stream' }>,
): Promise<void> {
  response.writeHead(200, { 'Content-Type': contentType });
  // A log may be silent for long: its reader must know at once that it is connected.
  response.flushHeaders();
  // A stream that breaks breaks the answer too: the client sees a torn body, not a short one.
  await pipeline(body, response).catch(() => response.destroy());
}

async function writeWatch(
  response: ServerResponse,
  { watch, line, failure, contentType }: Extract<Answer, { type: 'watch' }>,
  pace: Pace,
): Promise<void> {
  response.writeHead(200, { 'Content-Type': contentType });
  response.flushHeaders();
  response.once('close', () => watch.close());
  let first = true;
  try {
    for (;;) {
      const events = await watch.next();
      if (!events || response.destroyed) break;
      const lines = events.map((event) => {
        const made = line(event, first);
        first = false;
        return made;
      });
      const flowing = response.write(lines.length === 1 ? (lines[0] ?? '') : Buffer.concat(lines));
      if (!flowing && !response.destroyed) await drained(response);
      await pace();
    }
  } catch (error) {
    if (!response.destroyed) response.write(failure(statusOf(error)));
  }
  watch.close();
  response.end();
}

/** Until the client has read enough, or has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** Refuses an upgrade: there is no ServerResponse then. */
export function writeRefusal(socket: Duplex, status: Status): void {
  const body = JSON.stringify(status);
  const head = [
    `HTTP/1.1 ${status.code} ${status.reason ?? 'Error'}`,
    `Content-Type: ${JSON_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  // The other end may never close.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
