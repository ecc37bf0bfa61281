import { isObject } from '../values/equal.ts';
import { STATUS_CODES, type Status, type StatusReason } from '../values/status.ts';

/** The Status in the body of a failure; where a proxy or load balancer answered something else, one made of code and text. */
export function statusOfAnswer(code: number, body: Buffer): Status {
  const text = body.toString('utf8');
  const parsed = parse(text);
  if (isStatusObject(parsed)) return parsed;
  const reason = reasonOf(code);
  return {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    message: `the server answered ${code}: ${text.slice(0, 2000).trim() || 'no text'}`,
    ...(reason ? { reason } : {}),
    code,
  };
}

export function isStatusObject(value: unknown): value is Status {
  return isObject(value) && value.kind === 'Status' && typeof value.status === 'string';
}

function reasonOf(code: number): StatusReason | undefined {
  const row = Object.entries(STATUS_CODES).find(([, value]) => value === code);
  return row?.[0] as StatusReason | undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The texts of a Warning header: `299 - "use v1", 299 - "a \"quoted\" word"` (RFC 7234 §5.5). */
export function warningsOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '');
  return [...text.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
    (match[1] ?? '').replace(/\\(.)/g, '$1'),
  );
}

/**
 * Whole lines out of chunks cut anywhere, also inside a UTF-8 sequence. A last line without newline is dropped: it is torn. Throws for a
 * line of more than `most` bytes.
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<string, void, void> {
  let torn: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(0x0a, start);
      if (end < 0) break;
      torn.push(chunk.subarray(start, end));
      yield (torn.length === 1 ? (torn[0] ?? Buffer.alloc(0)) : Buffer.concat(torn)).toString('utf8');
      torn = [];
      size = 0;
      start = end + 1;
    }
    if (start < chunk.length) torn.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > most) throw new Error('a line of the answer is too large');
  }
}
