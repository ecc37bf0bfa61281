import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AuditLog } from '../audit/log.ts';
import { queryOf } from '../audit/query.ts';
import { auditLines } from '../audit/stream.ts';
import { ProblemError, problemOf } from '../base/errors.ts';
import { mayActAs, type User } from '../model/user.ts';
import { badRequest } from './refusal.ts';

/** The events of the audit log that answer the parameters, one JSON object a line, at the reader's pace. @throws ProblemError Forbidden, BadRequest */
export async function streamAudit(
  log: AuditLog,
  user: User,
  parameters: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  if (!mayActAs(user)) throw new ProblemError({ reason: 'Forbidden', message: ONLY_ADMINISTRATORS });
  const query = asked(parameters);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' });
  response.flushHeaders();
  const follow = parameters.get('follow') === 'true';
  await pipeline(
    Readable.from(auditLines(log, query, follow, gone.signal), { objectMode: false }),
    response,
  ).catch(() => response.destroy());
}

const ONLY_ADMINISTRATORS = 'The audit log is for administrators: it names what every user does.';

function asked(parameters: URLSearchParams) {
  try {
    return queryOf(parameters);
  } catch (error) {
    throw badRequest(problemOf(error).message);
  }
}
