import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ProblemError } from '../../base/errors.ts';
import { writeSecret } from '../../base/secretfile.ts';
import type { Disk } from './disk.ts';
import { collectionPrefix } from './keys.ts';
import type { LogRow } from './rows.ts';

/** What seals rows on disk: AES-256-GCM. */
export interface RowKeys {
  /** Where they are kept: for messages. */
  readonly file: string;
  /** Rows are sealed with this one. */
  readonly first: RowKey;
  /** All of them, the first included: rows are opened with the one that sealed them. */
  readonly all: readonly RowKey[];
}

interface RowKey {
  readonly key: Buffer;
  /** The beginning of the key's hash, written before each sealed row. */
  readonly id: string;
}

const KEY_BYTES = 32;

/**
 * The keys in `file` (base64, one on each line, mode 0600), one made and on disk before anything depends on it. Who changes keys writes a
 * new line before the others: at the next start all rows are sealed with it. @throws ProblemError for a file that holds something else
 */
export function openRowKeys(file: string): RowKeys {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeSecret(file, `${newRowKey()}\n`);
  }
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const all = lines.map((line) => rowKey(file, Buffer.from(line.trim(), 'base64')));
  const [first] = all;
  if (!first) throw unreadable(file, 'it is empty');
  return { file, first, all };
}

const newRowKey = (): string => randomBytes(KEY_BYTES).toString('base64');

function rowKey(file: string, key: Buffer): RowKey {
  if (key.length !== KEY_BYTES)
    throw unreadable(file, `it has ${key.length} bytes where ${KEY_BYTES} are needed`);
  return { key, id: createHash('sha256').update(key).digest('hex').slice(0, 8) };
}

/** What Kubernetes' own examples encrypt (EncryptionConfiguration). */
const SECRETS = collectionPrefix('', 'secrets');
const MARK = Buffer.from('pilotage:aes-256-gcm:');
const ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A disk on which Secrets are sealed. Rows from before there was a key, or under an older one, are sealed when they are loaded, and what
 * they were is removed from the files.
 */
export function sealed(disk: Disk, keys: RowKeys): Disk {
  return {
    ...disk,
    commit: (rows, revision, digest) =>
      disk.commit(
        rows.map((row) => (isSecret(row) ? seal(row, keys.first) : row)),
        revision,
        digest,
      ),
    async load(after) {
      const loaded = await disk.load(after);
      const rows = loaded.rows.map((row) => (isSealed(row) ? open(row, keys) : row));
      const old = rows.filter((row, i) => isSecret(row) && idOf(loaded.rows[i] ?? row) !== keys.first.id);
      if (old.length > 0) await disk.rewrite(old.map((row) => seal(row, keys.first)));
      return { ...loaded, rows };
    },
  };
}

const isSecret = ({ key }: LogRow): boolean => key.startsWith(SECRETS);
/** JSON never begins so. */
const isSealed = ({ json }: LogRow): boolean => json.subarray(0, MARK.length).equals(MARK);

/** Which key sealed it; undefined: none. */
const idOf = (row: LogRow): string | undefined =>
  isSealed(row) ? row.json.subarray(MARK.length, MARK.length + ID_BYTES).toString() : undefined;

/** A sealed row is that of its key and its revision, and no other's. */
const placeOf = ({ key, revision, type }: LogRow): Buffer => Buffer.from(`${revision} ${type} ${key}`);

/**
 * Nonces are random: of 2^32 rows under one key, two have the same with a probability of 2^-33 (NIST SP 800-38D §8.3 allows that many).
 */
function seal(row: LogRow, { key, id }: RowKey): LogRow {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(placeOf(row));
  const text = Buffer.concat([cipher.update(row.json), cipher.final()]);
  return { ...row, json: Buffer.concat([MARK, Buffer.from(id), nonce, cipher.getAuthTag(), text]) };
}

function open(row: LogRow, { file, all }: RowKeys): LogRow {
  let at = MARK.length;
  const take = (length: number) => {
    at += length;
    return row.json.subarray(at - length, at);
  };
  const usedId = take(ID_BYTES).toString();
  const used = all.find(({ id }) => id === usedId);
  if (!used) throw unreadable(file, `Secrets of the store were encrypted with another key (${usedId}…)`);
  const [nonce, tag] = [take(NONCE_BYTES), take(TAG_BYTES)];
  try {
    const decipher = createDecipheriv('aes-256-gcm', used.key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(placeOf(row))
      .setAuthTag(tag);
    return { ...row, json: Buffer.concat([decipher.update(row.json.subarray(at)), decipher.final()]) };
  } catch {
    throw unreadable(
      file,
      `the row of ${row.key} at revision ${row.revision} was not sealed with it as it is`,
    );
  }
}

const unreadable = (file: string, why: string): ProblemError =>
  new ProblemError({
    reason: 'SecretsUnreadable',
    message: `${file}, the key of Secrets on disk, does not fit: ${why}.`,
    remedy:
      'Put the file back as it was, or restore a backup into an empty data directory (pilotage restore BACKUP --data-dir DIR).',
  });
