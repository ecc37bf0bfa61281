import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { readAnswerBody } from '../../../base/answerbody.ts';
import type { Clock } from '../../../base/clock.ts';
import type { User } from '../../../kube/client/client.ts';
import { parseCountedJson } from '../../../kube/values/bounds.ts';
import { isObject } from '../../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import type { RemoteServer } from './connection.ts';
import { remoteUserHeaders } from './remoteuser.ts';

/** In size, what no server's description of itself reaches, nor a page of its objects. */
const MAX_BYTES = 4 * 1024 * 1024;

export interface Question {
  readonly method: 'GET' | 'DELETE';
  /** For the header `Host`. */
  readonly host: string;
  readonly path: string;
  /** Who asks. */
  readonly user: User;
  readonly timeoutMs: number;
}

/** As `askFor`, over a new connection. Nobody waits for such an answer longer than half a minute. */
export async function askServer(
  { host, connect }: RemoteServer,
  question: Pick<Question, 'method' | 'path' | 'user'>,
  clock: Clock,
): Promise<JsonObject> {
  return askFor(await connect(), { ...question, host, timeoutMs: 30_000 }, clock);
}

/**
 * Asks for a JSON document over a connection, which ends with it. Rejects with what went wrong: no answer in time, one that is too large, or
 * none of success; a redirect is not followed.
 */
export function askFor(connection: Duplex, question: Question, clock: Clock): Promise<JsonObject> {
  const { method, host, path, user, timeoutMs } = question;
  const headers = { ...remoteUserHeaders(user), host, accept: 'application/json' };
  return new Promise<JsonObject>((resolve, reject) => {
    const fail = (why: string) => {
      cancel();
      reject(new Error(why));
      connection.destroy();
    };
    const cancel = clock.after(timeoutMs, () => fail('context deadline exceeded'));
    const asked = request(
      { createConnection: () => connection, method, path, headers, setHost: false },
      (answer) => {
        const answered = (body: Buffer) => {
          cancel();
          const { statusCode = 0 } = answer;
          if (statusCode < 200 || statusCode > 299) return fail(`bad status: ${statusCode}`);
          const read = parsed(body.toString('utf8'));
          return isObject(read) ? resolve(read) : fail('the answer is not a JSON object');
        };
        readAnswerBody(answer, MAX_BYTES).then(answered, (error: Error) => fail(error.message));
      },
    );
    asked.on('error', (error) => fail(error.message));
    asked.end();
  });
}

function parsed(text: string): Json | undefined {
  try {
    return parseCountedJson(text).value as Json;
  } catch {
    return undefined;
  }
}
