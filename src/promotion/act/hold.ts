import { ProblemError } from '../../base/errors.ts';
import { fullName } from '../../model/names.ts';
import { holdFrom } from '../../model/suspension.ts';
import type { Environment } from '../../model/types.ts';
import { endOf } from '../../model/until.ts';
import type { User } from '../../model/user.ts';
import type { PromoteOptions } from '../options.ts';

export interface HoldRequest {
  readonly reason: string;
  /** RFC 3339, or how long from now: `8h`. Absent: until somebody takes it off. */
  readonly until?: string;
}

/** Nothing is promoted to an environment from now on, by a person's word; what runs there is looked after as before. */
export async function hold(
  { changeSpec, clock }: PromoteOptions,
  target: Environment,
  request: HoldRequest,
  { name: by }: User,
): Promise<{ readonly message: string }> {
  const name = fullName(target);
  const now = clock.now();
  const reason = request.reason.trim();
  if (reason === '')
    throw new ProblemError({
      reason: 'ReasonMissing',
      message: 'A hold has a reason, for those who find it.',
      remedy: `pilotage hold ${name} --reason WHY`,
    });
  if (!target.status?.promotionPolicy)
    throw new ProblemError({
      reason: 'NoPromotion',
      message: `No promotion leads to ${name}: there is nothing to hold.`,
      remedy: `To keep it at a revision: pilotage pin ${name} --reason WHY`,
    });
  const until = request.until === undefined ? undefined : endOf(request.until, now);
  const word = holdFrom(now, by, reason, until);
  // A merge patch keeps what it does not name: the end of the hold before.
  await changeSpec(target, { hold: { until: null, ...word } });
  const end = word.until === undefined ? `; to go on: pilotage hold ${name} --off` : ` until ${word.until}`;
  return { message: `Nothing is promoted to ${name}${end}.` };
}

export async function release(
  { changeSpec }: PromoteOptions,
  target: Environment,
): Promise<{ readonly message: string }> {
  const name = fullName(target);
  if (!target.spec.hold) throw new ProblemError({ reason: 'NotHeld', message: `${name} is not held.` });
  await changeSpec(target, { hold: null });
  return { message: `${name} is not held any more.` };
}
