import type { Clock } from '../../base/clock.ts';
import { ProblemError } from '../../base/errors.ts';
import type { BuildImages } from '../source/source.ts';

/** One pass may take so long: a slow cluster. Builds of images have deadlines of their own, and are not counted. */
const PASS_DEADLINE_MS = 600_000;

export interface PassDeadline {
  /** Set once it is over. */
  overdue(): ProblemError | undefined;
  /** The same builds, whose time does not count. */
  sparing(buildImages: BuildImages): BuildImages;
  cancel(): void;
}

/** Begins to count; `abort` is told once the time is used up. */
export function passDeadline(clock: Clock, abort: (error: ProblemError) => void): PassDeadline {
  let left = PASS_DEADLINE_MS;
  let overdue: ProblemError | undefined;
  let pause = (): void => {};
  const go = (): void => {
    const since = clock.monotonic();
    const cancel = clock.after(left, () => {
      overdue = tooLong();
      abort(overdue);
    });
    pause = () => {
      cancel();
      left -= clock.monotonic() - since;
      pause = () => {};
    };
  };
  let isCancelled = false;
  go();
  return {
    overdue: () => overdue,
    sparing: (buildImages) => async (request) => {
      const planned = await buildImages(request);
      if (!planned.ok) return planned;
      const build: typeof planned.value.build = async (report, signal) => {
        pause();
        try {
          return await planned.value.build(report, signal);
        } finally {
          if (!isCancelled) go();
        }
      };
      return { ok: true, value: { references: planned.value.references, build } };
    },
    cancel() {
      isCancelled = true;
      pause();
    },
  };
}

const tooLong = (): ProblemError =>
  new ProblemError({
    reason: 'PassTooLong',
    message: `what is wanted could not be compared and applied within ${PASS_DEADLINE_MS / 60_000} minutes`,
    remedy: 'What is done stays done; it begins again by itself. See that the cluster answers, and quickly.',
  });
