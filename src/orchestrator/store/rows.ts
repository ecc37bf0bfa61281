/**
 * What stands on disk, in one ordered key space:
 *   `log/<revision>` → a header line (JSON: key, type) and the object's JSON: the append-only log
 *   `latest/<key>`   → the revision of the key's newest put; absent once deleted
 *   `meta/revision`  → the newest revision ever given out; `meta/compacted` → the revision up to which the past is gone
 * Revisions are padded, so that their order is the order of the database.
 */
export interface LogRow {
  readonly revision: number;
  readonly key: string;
  readonly type: 'put' | 'delete';
  /** The object's JSON. */
  readonly json: Buffer;
}

export const LOG = 'log/';
export const LATEST = 'latest/';
export const REVISION = 'meta/revision';
export const COMPACTED = 'meta/compacted';
/** The first key after every key with that prefix that is plain ASCII. */
export const endOf = (prefix: string): string => `${prefix}\x7f`;

// 2^53 has 16 digits.
export const logKey = (revision: number): string => `${LOG}${String(revision).padStart(16, '0')}`;

export function encodeRow(row: LogRow): Buffer {
  const header = Buffer.from(`${JSON.stringify({ key: row.key, type: row.type })}\n`);
  return Buffer.concat([header, row.json]);
}

export function decodeRow(rowKey: string, value: Buffer): LogRow {
  const lineEnd = value.indexOf(0x0a);
  const header: { key: string; type: 'put' | 'delete' } = JSON.parse(value.toString('utf8', 0, lineEnd));
  return { revision: Number(rowKey.slice(LOG.length)), ...header, json: value.subarray(lineEnd + 1) };
}
