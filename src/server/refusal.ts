import { type Problem, ProblemError } from '../base/errors.ts';

export interface FaceResponse {
  readonly status: number;
  readonly body: unknown;
}

/** HTTP code by reason; every other refusal is 409, because the state of things forbids it. */
const CODES: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  LockedOut: 429,
  TooManyRequests: 429,
  NotFound: 404,
  BadRequest: 400,
  UnsupportedTransport: 400,
  TooLarge: 413,
  InternalError: 500,
  Unavailable: 503,
};

export function refusal(problem: Problem): FaceResponse {
  return { status: CODES[problem.reason] ?? 409, body: { problem } };
}

export function badRequest(message: string): ProblemError {
  return new ProblemError({ reason: 'BadRequest', message: `Bad request: ${message}` });
}
