import { type Problem, ProblemError } from '../../base/errors.ts';
import type { WebAnswer } from './ask.ts';

/** Who refused what, and how one signs in there. */
export interface Asked {
  /** `the chart web of registry.example.com/charts` */
  readonly what: string;
  /** `registry.example.com` */
  readonly host: string;
  readonly signIn: string;
}

/** The Problem of an answer that is not the one hoped for. The body is not quoted: whoever wrote it may have put anything there. */
export function statusProblem({ status, headers }: WebAnswer, asked: Asked): ProblemError {
  return new ProblemError({ ...problemOf(status, headers['retry-after'], asked) });
}

function problemOf(status: number, retryAfter: string | undefined, { what, host, signIn }: Asked): Problem {
  if (status === 401 || status === 403)
    return {
      reason: 'AccessRefused',
      message: `${host} refuses access to ${what} (${status})`,
      remedy: signIn,
    };
  if (status === 404)
    return {
      reason: 'ChartNotFound',
      message: `${host} has no ${what}`,
      remedy: 'Check the name and the version. Some servers say so of what one may not see, too.',
    };
  if (status === 429) {
    const when = /^\d{1,6}$/.test(retryAfter ?? '') ? `in ${retryAfter} seconds` : 'later';
    return {
      reason: 'RateLimited',
      message: `${host} is asked too often (429): ${what} was not read`,
      remedy: `Try again ${when}; who is signed in may ask more often.`,
    };
  }
  if (status >= 500)
    return {
      reason: 'ServerFailed',
      message: `${host} failed (${status}): ${what} was not read`,
      remedy: 'Try again later.',
    };
  return { reason: 'UnexpectedAnswer', message: `${host} answers ${status} to the request for ${what}` };
}
