import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { problemOf } from '../../../base/errors.ts';
import { stringifyJson } from '../../../kube/values/json.ts';
import { STATUS_CODES, type Status, StatusError } from '../../../kube/values/status.ts';
import type { StoredEvent, StoredWatch } from '../types.ts';

/** What a handler answers; respond.ts writes it. */
export type Answer =
  | {
      readonly type: 'bytes';
      readonly code: number;
      readonly contentType: string;
      readonly body: Buffer;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly type: 'stream'; readonly contentType: string; readonly body: Readable }
  /** Answered by somebody else. Rejects before anything is written. */
  | {
      readonly type: 'proxy';
      readonly serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    }
  | {
      readonly type: 'watch';
      readonly contentType: string;
      readonly watch: StoredWatch;
      /** A failure in the midst of it, as an event. */
      readonly failure: (status: Status) => Buffer;
      /** One event of the answer, with what separates it from the next. `first` is the first of this watch. */
      readonly line: (event: StoredEvent, first: boolean) => Buffer;
    };

export const JSON_TYPE = 'application/json';

export const bytes = (body: Buffer, code = 200): Extract<Answer, { type: 'bytes' }> => ({
  type: 'bytes',
  code,
  contentType: JSON_TYPE,
  body,
});

export const json = (value: unknown, code = 200): Answer => bytes(Buffer.from(stringifyJson(value)), code);

/** A refusal; a client that is to try again later is told when. */
export const failure = (status: Status): Answer => {
  const answer = bytes(Buffer.from(JSON.stringify(status)), status.code);
  const seconds = status.details?.retryAfterSeconds;
  return seconds === undefined ? answer : { ...answer, headers: { 'Retry-After': String(seconds) } };
};

export const text = (value: string, code = 200): Answer => ({
  type: 'bytes',
  code,
  contentType: 'text/plain; charset=utf-8',
  body: Buffer.from(value),
});

/** Any failure as a Status; what was not foreseen is InternalError with its message. */
export function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  return {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${problemOf(error).message}`,
    reason: 'InternalError',
    code: STATUS_CODES.InternalError,
  };
}

const MOST_CHARACTERS = 4_096;
const MOST_OF_ONE = 256;

/** Each once; cut short, and the last ones left out, where together they are long (apiserver `pkg/endpoints/filters/warning.go`). */
export function warningHeaders(warnings: readonly string[]): readonly string[] {
  const texts = [...new Set(warnings)];
  if (texts.reduce((sum, { length }) => sum + length, 0) <= MOST_CHARACTERS) return texts.map(warningHeader);
  const shown: string[] = [];
  let left = MOST_CHARACTERS;
  for (const text of texts) {
    if (left <= 0) break;
    const cut = [...text.slice(0, 2 * MOST_OF_ONE)].slice(0, MOST_OF_ONE);
    left -= cut.length;
    shown.push(warningHeader(cut.join('')));
  }
  return shown;
}

/** `299 - "text"` as kube-apiserver writes it: quotes escaped, control characters gone, UTF-8 in the bytes of the header. */
function warningHeader(warning: string): string {
  const clean = warning.replace(/\p{Cc}+/gu, ' ').replace(/["\\]/g, '\\$&');
  return `299 - "${Buffer.from(clean, 'utf8').toString('latin1')}"`;
}
