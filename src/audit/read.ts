import { createReadStream } from 'node:fs';
import { errnoOf } from '../base/errors.ts';
import { splitLines } from '../base/lines.ts';
import type { AuditEvent } from './event.ts';
import type { AuditFile } from './files.ts';
import { type AuditQuery, answers } from './query.ts';

/** Far more than `lineOf` makes. */
const LONGEST_LINE = 2 ** 20;

/** The events of the files that answer, oldest first; a line that a crash has torn is passed over. */
export async function* readEvents(
  files: readonly AuditFile[],
  query: AuditQuery,
): AsyncGenerator<AuditEvent> {
  const { since = 0, until = Number.POSITIVE_INFINITY } = query;
  for (const [i, { path, from }] of files.entries()) {
    const ends = files[i + 1]?.from ?? Number.POSITIVE_INFINITY;
    // Events are written a little after they happened.
    if (ends + SLACK_MS < since || from - SLACK_MS > until) continue;
    for await (const lines of linesOf(path)) {
      for (const line of lines) {
        const event = eventOf(line);
        if (event && answers(query, event)) yield event;
      }
    }
  }
}

const SLACK_MS = 5 * 60_000;

/** The lines of a file, as many at a time as are read at once; a file that has gone meanwhile has none. */
async function* linesOf(path: string): AsyncGenerator<readonly string[]> {
  let lines: string[] = [];
  const splitter = splitLines(LONGEST_LINE, (line) => void lines.push(line));
  try {
    for await (const piece of createReadStream(path)) {
      splitter.add(piece as Buffer);
      yield lines;
      lines = [];
    }
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  splitter.end();
  yield lines;
}

function eventOf(line: string): AuditEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as AuditEvent;
  } catch {
    return undefined;
  }
}
