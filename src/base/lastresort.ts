import { errnoOf } from './errors.ts';
import type { Logger } from './log.ts';
import { storageRefusal } from './storage.ts';

const OUTLIVED: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

/**
 * A write that nobody foresaw to be refused, by a disk that is full or read-only, does not end this process: it is told to the log, and
 * whatever it belonged to is done again at its next turn. Any other uncaught exception ends it as ever.
 */
export function outliveRefusedWrites(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    if (OUTLIVED.has(errnoOf(error)))
      return logger.error({ error: storageRefusal(error), stack: error.stack }, 'a write was refused');
    logger.error({ error: error.message, stack: error.stack }, 'an exception that nobody caught');
    process.exit(1);
  });
}
