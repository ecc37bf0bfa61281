import { objectOf } from './values.ts';

/** Reasons of the Kubernetes API where it has one. */
const FAILURE_REASONS = [
  'NotFound',
  'BadRequest',
  'InternalError',
  'ServiceUnavailable',
  'TooManyRequests',
  /** The other end does not want the stream any more. */
  'Canceled',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** Why a stream ended before its time, as either end may say. */
export class StreamError extends Error {
  readonly reason: FailureReason;
  constructor(reason: FailureReason, message: string) {
    super(message);
    this.name = 'StreamError';
    this.reason = reason;
  }
}

/** Characters of a failure's message that are passed on. */
const MAX_MESSAGE = 4096;

export const writeFailure = ({ reason, message }: StreamError): Buffer =>
  Buffer.from(JSON.stringify({ reason, message: message.slice(0, MAX_MESSAGE) }));

/**
 * The other end may be of another version, or in a stranger's hands: what it says is read, never assumed. A failure that cannot be read
 * is a failure all the same.
 */
export function readFailure(payload: Buffer): StreamError {
  const said = objectOf(payload);
  const reason = FAILURE_REASONS.find((known) => known === said?.reason);
  return reason !== undefined && typeof said?.message === 'string'
    ? new StreamError(reason, said.message.slice(0, MAX_MESSAGE))
    : new StreamError('InternalError', 'the other end of the link reported a failure that cannot be read');
}

export const streamErrorOf = (error: unknown): StreamError =>
  error instanceof StreamError
    ? error
    : new StreamError('InternalError', error instanceof Error ? error.message : String(error));
