import { type ScheduledTask, schedule, validate } from 'node-cron';
import type { Clock } from './clock.ts';
import { ProblemError, problemOf } from './errors.ts';
import type { Logger } from './log.ts';

export interface ScheduleOptions {
  /** For the log: `collection of images`. */
  readonly name: string;
  /** Five fields, in the machine's time zone: `17 3 * * *`. */
  readonly cron: string;
  readonly work: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The first use of a calendar loads time zones, a tenth of a second on a busy machine: the start must not wait for that. */
const BEGIN_MS = 5_000;

/**
 * Does `work` whenever the wall clock meets the expression, one turn at a time; a turn that fails is logged and the next one comes.
 * Returns how to end it. Throws ProblemError for an invalid expression.
 */
export function scheduleWork({ name, cron, work, clock, logger }: ScheduleOptions): () => Promise<void> {
  if (!validate(cron)) {
    throw new ProblemError({
      reason: 'BadSchedule',
      message: `"${cron}" is not a schedule for ${name}.`,
      remedy: 'Write five fields, minute hour day month weekday, as in "17 3 * * *" for 3:17 every night.',
    });
  }
  const turn = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      logger.error({ name, error: problemOf(error).message }, 'scheduled work failed');
    }
  };
  let task: ScheduledTask | undefined;
  const cancel = clock.after(BEGIN_MS, () => {
    task = schedule(cron, turn, { name, noOverlap: true });
  });
  return async () => {
    cancel();
    await task?.destroy();
  };
}
