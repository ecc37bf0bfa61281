import type { Logger } from '../../base/log.ts';
import type { NotificationSink } from '../../model/progress.ts';

/** Progress in the daemon's log: what was received and how it ended at `info` when a user is known, the rest for debugging. */
export const logSink =
  (logger: Logger): NotificationSink =>
  ({ message, stage, at: _at, ...event }) =>
    logger[stage === 'received' && event.by !== undefined ? 'info' : 'debug'](
      { stage, ...event },
      message.split('\n')[0] ?? '',
    );
