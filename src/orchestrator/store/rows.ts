import { crc32 } from 'node:zlib';

/**
 * The layout on disk, in one ordered key space:
 *   `log/<revision>` → a header line (JSON: key, type, checksum of the row) and the object as JSON: the append-only log
 *   `latest/<key>`   → the revision of the key's newest put; absent once deleted
 *   `meta/digest`    → number and sum of the entries in `latest/` (`digest.ts`)
 *   `meta/revision`  → the newest revision ever assigned; `meta/compacted` → the last revision that is gone
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
export const DIGEST = 'meta/digest';
export const COMPACTED = 'meta/compacted';
/** The first key after every key with that prefix that is plain ASCII. */
export const endOf = (prefix: string): string => `${prefix}\x7f`;

// 2^53 has 16 digits.
export const logKey = (revision: number): string => `${LOG}${String(revision).padStart(16, '0')}`;

export function encodeRow(row: LogRow): Buffer {
  const { key, type, json } = row;
  const header = Buffer.from(`${JSON.stringify({ key, type, crc: checksum(row) })}\n`);
  return Buffer.concat([header, json]);
}

/** Undefined for a damaged row. Rows from before checksums existed are accepted as they are. */
export function decodeRow(rowKey: string, value: Buffer): LogRow | undefined {
  try {
    const lineEnd = value.indexOf(0x0a);
    const header: Header = JSON.parse(value.toString('utf8', 0, lineEnd));
    const { key, type } = header;
    const row = { revision: Number(rowKey.slice(LOG.length)), key, type, json: value.subarray(lineEnd + 1) };
    return header.crc === undefined || header.crc === checksum(row) ? row : undefined;
  } catch {
    return undefined;
  }
}

interface Header {
  readonly key: string;
  readonly type: 'put' | 'delete';
  readonly crc?: number;
}

const checksum = ({ revision, key, type, json }: LogRow): number =>
  crc32(json, crc32(`${revision} ${type} ${key}`));
