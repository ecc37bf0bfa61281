import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../base/clock.ts';
import { parseCountedJson } from '../../../kube/values/bounds.ts';
import { isObject } from '../../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import { remoteUserHeaders } from './remoteuser.ts';

/** Upstream's time for discovery; in size, what no server's description of itself reaches. */
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** Kubernetes' own name for who looks after aggregated servers: one that every such server lets look. */
const LOOKER = { name: 'system:kube-aggregator', groups: ['system:masters'] };

/**
 * GETs a JSON document over a connection, which ends with it. Rejects with what went wrong: no answer in time, one that is too large, or
 * none of success; a redirect is not followed.
 */
export function getDocument(
  connection: Duplex,
  host: string,
  path: string,
  clock: Clock,
): Promise<JsonObject> {
  const headers = { ...remoteUserHeaders(LOOKER), host, accept: 'application/json' };
  return new Promise<JsonObject>((resolve, reject) => {
    const fail = (why: string) => {
      cancel();
      reject(new Error(why));
      connection.destroy();
    };
    const cancel = clock.after(TIMEOUT_MS, () => fail('context deadline exceeded'));
    const asked = request({ createConnection: () => connection, path, headers, setHost: false }, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > MAX_BYTES) fail('the answer is too large');
      });
      answer.on('error', (error) => fail(error.message));
      answer.on('end', () => {
        cancel();
        const { statusCode = 0 } = answer;
        if (statusCode < 200 || statusCode > 299) return fail(`bad status: ${statusCode}`);
        const read = parsed(Buffer.concat(chunks).toString('utf8'));
        return isObject(read) ? resolve(read) : fail('the answer is not a JSON object');
      });
    });
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
