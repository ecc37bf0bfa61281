import type { Clock } from '../base/clock.ts';
import { type Problem, problemOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { AuditEvent, AuditSink } from './event.ts';
import type { AuditFile, AuditFiles } from './files.ts';
import { lineOf } from './line.ts';
import { createStrangers } from './strangers.ts';

export interface AuditLog extends AuditSink {
  /** What is missing, or may be; undefined: nothing since the start. */
  problem(): Problem | undefined;
  /** Every file up to now, and from now on each event as it comes, until `stop`. */
  tail(
    tell: (event: AuditEvent) => void,
  ): Promise<{ readonly files: readonly AuditFile[]; readonly stop: () => void }>;
  /** Writes what waits. */
  close(): Promise<void>;
}

/** A crash of this process loses what came within it. */
const FLUSH_MS = 200;
const FLUSH_BYTES = 256 * 1024;
/** What waits while the disk takes nothing. */
const MOST_WAITING = 4 * 2 ** 20;
const AGAIN_MS = 2_000;

/** Events as JSON lines, gathered and written together. A disk that takes none ends nothing: what does not fit in memory is counted. */
export function createAuditLog(options: {
  readonly files: AuditFiles;
  readonly clock: Clock;
  readonly logger: Logger;
}): AuditLog {
  const { files, clock, logger } = options;
  const followers = new Set<(event: AuditEvent) => void>();
  const strangers = createStrangers(clock);
  let waiting: string[] = [];
  let size = 0;
  let lost = 0;
  let lostEver = 0;
  let why: string | undefined;
  let timer: (() => void) | undefined;
  let writing: Promise<void> | undefined;

  const later = (ms: number): void => {
    timer ??= clock.after(ms, () => {
      timer = undefined;
      void flush();
    });
  };

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const [lines, bytes, missed] = [waiting, size, lost];
      [waiting, size] = [[], 0];
      const told = missed > 0 ? [JSON.stringify(lossAt(clock.now(), missed)), ...lines] : lines;
      try {
        await files.append(Buffer.from(`${told.join('\n')}\n`));
      } catch (error) {
        waiting = [...lines, ...waiting];
        size += bytes;
        const message = problemOf(error).message;
        if (why === undefined) logger.error({ error: message }, 'the audit log cannot be written');
        why = message;
        return later(AGAIN_MS);
      }
      lost -= missed;
      why = undefined;
    }
  }

  function flush(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  return {
    write(asked) {
      const event = strangers(asked);
      if (event === undefined) return;
      for (const tell of followers) tell(event);
      const line = lineOf(event);
      if (size + line.length > MOST_WAITING) {
        lost++;
        lostEver++;
        return;
      }
      waiting.push(line);
      size += line.length + 1;
      if (size >= FLUSH_BYTES && why === undefined) void flush();
      else later(FLUSH_MS);
    },
    problem() {
      if (why === undefined && lostEver === 0) return undefined;
      const missing =
        lostEver > 0 ? `${lostEver} events are missing in the audit log` : 'the audit log waits in memory';
      return {
        reason: 'AuditIncomplete',
        message: why === undefined ? `${missing}.` : `${missing}: it cannot be written (${why}).`,
        remedy: 'Make room on the disk of the data directory; what is missing stays missing.',
      };
    },
    async tail(tell) {
      while (waiting.length > 0 && why === undefined) await flush();
      followers.add(tell);
      return { files: await files.list(), stop: () => void followers.delete(tell) };
    },
    async close() {
      timer?.();
      await flush();
      await files.close();
    },
  };
}

/** Stands in the log where events are missing. */
function lossAt(now: number, count: number): AuditEvent {
  const at = new Date(now).toISOString().replace('Z', '000Z');
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `lost-${now}`,
    stage: 'ResponseComplete',
    requestURI: '',
    verb: 'lost',
    user: {},
    requestReceivedTimestamp: at,
    stageTimestamp: at,
    annotations: { 'pilotage.dev/lost': String(count) },
  };
}
