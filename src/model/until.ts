import { ProblemError } from '../base/errors.ts';
import { parseDuration } from './duration.ts';

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** When what a person says ends, in milliseconds: a time of RFC 3339, or how long from `now` on (`8h`). @throws ProblemError BadRequest */
export function endOf(text: string, now: number): number {
  const length = parseDuration(text);
  const end = length === undefined ? (TIME.test(text) ? Date.parse(text) : Number.NaN) : now + length;
  if (Number.isNaN(end))
    throw new ProblemError({
      reason: 'BadRequest',
      message: `"${text}" is neither a time of RFC 3339 nor a duration.`,
      remedy: 'As in 2026-12-24T18:00:00Z, or 8h.',
    });
  if (end <= now) throw new ProblemError({ reason: 'BadRequest', message: `${text} is over already.` });
  return end;
}
