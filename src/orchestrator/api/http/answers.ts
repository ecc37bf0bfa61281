import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { problemOf } from '../../../base/errors.ts';
import { stringifyJson } from '../../../kube/values/json.ts';
import { STATUS_CODES, type Status, StatusError } from '../../../kube/values/status.ts';
import type { StoredEvent, StoredWatch } from '../types.ts';

/** What a handler answers; respond.ts writes it. */
export type Answer =
  | { readonly type: 'bytes'; readonly code: number; readonly contentType: string; readonly body: Buffer }
  | { readonly type: 'stream'; readonly contentType: string; readonly body: Readable }
  /** Answered by somebody else. Rejects before anything is written. */
  | {
      readonly type: 'proxy';
      readonly serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    }
  | {
      readonly type: 'watch';
      readonly watch: StoredWatch;
      /** One line of the answer, newline included. `first` is the first of this watch. */
      readonly line: (event: StoredEvent, first: boolean) => Buffer;
    };

export const JSON_TYPE = 'application/json';

export const bytes = (body: Buffer, code = 200): Answer => ({
  type: 'bytes',
  code,
  contentType: JSON_TYPE,
  body,
});

export const json = (value: unknown, code = 200): Answer => bytes(Buffer.from(stringifyJson(value)), code);

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

/** `299 - "text"` as kube-apiserver writes it: quotes escaped, control characters gone, UTF-8 in the bytes of the header. */
export function warningHeader(warning: string): string {
  const clean = warning.replace(/\p{Cc}+/gu, ' ').replace(/["\\]/g, '\\$&');
  return `299 - "${Buffer.from(clean, 'utf8').toString('latin1')}"`;
}
