import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Problem, ProblemError } from '../../base/errors.ts';
import { writeSecret } from '../../base/secretfile.ts';
import { type BackupManifest, KEY } from '../../model/backup.ts';
import { exists } from '../files.ts';
import { KEY_BYTES } from './seal.ts';
import { createSealer, type Sealer } from './sealedfiles.ts';

/** The keys of a data directory, as its `pki/secrets.key` has them: base64, one on each line, the one that seals first. @throws ProblemError NotAKey */
export function keysIn(text: string, file: string): readonly [Buffer, ...Buffer[]] {
  const [first, ...others] = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => Buffer.from(line.trim(), 'base64'));
  if (first && [first, ...others].every((key) => key.length === KEY_BYTES)) return [first, ...others];
  throw new ProblemError({
    reason: 'NotAKey',
    message: `${file} is no key of a backup: it has no lines of ${KEY_BYTES} bytes in base64.`,
    remedy:
      'The key is what `pilotage backup` wrote beside the folder, or pki/secrets.key of the data directory.',
  });
}

/** Names a key and gives nothing of it away. */
export const idOfKey = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8);

/** Beside the folder: whoever copies the folder alone has copied nothing that opens it. */
export const keyBeside = (folder: string): string => `${folder}.key`;

export interface Opened {
  readonly sealer: Sealer;
  /** What the data directory keeps as its key from then on. */
  readonly keyText: string;
}

/** Opens a backup by the key that is named, else by the one in it, else by the one beside it. @throws ProblemError KeyNeeded, WrongKey, NotAKey */
export async function openBackup(
  folder: string,
  sealed: NonNullable<BackupManifest['sealed']>,
  named: string | undefined,
): Promise<Opened> {
  const file = named ?? (await firstOf([join(folder, KEY), keyBeside(folder)]));
  if (file === undefined) throw new ProblemError(keyNeeded(folder, sealed.key));
  const keyText = await readFile(file, 'utf8');
  const keys = keysIn(keyText, file);
  // The file of a data directory has older keys too.
  const key = keys.find((one) => idOfKey(one) === sealed.key);
  if (!key) throw new ProblemError(wrongKey(file, idOfKey(keys[0]), sealed.key));
  return { sealer: createSealer(key, Buffer.from(sealed.salt, 'base64')), keyText };
}

async function firstOf(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await exists(file)) return file;
  return undefined;
}

const keyNeeded = (folder: string, id: string): Problem => ({
  reason: 'KeyNeeded',
  message: `The secrets of the backup are sealed, and its key (${id}) is neither in ${folder} nor beside it.`,
  remedy: REMEDY,
});

const wrongKey = (file: string, found: string, id: string): Problem => ({
  reason: 'WrongKey',
  message: `${file} is another key (${found}) than the one that seals this backup (${id}).`,
  remedy: REMEDY,
});

const REMEDY =
  'Name it: --key FILE. It is what `pilotage backup` wrote beside the folder (FOLDER.key), or pki/secrets.key of the data directory.';

/** Keeps a key as a file of its owner's; another one that is there already is not replaced. @throws ProblemError Exists */
export async function keepKey(text: string, file: string): Promise<void> {
  if (!(await exists(file))) return writeSecret(file, text);
  if ((await readFile(file, 'utf8')) === text) return;
  throw new ProblemError({
    reason: 'Exists',
    message: `${file} is there already, and is another key.`,
    remedy: 'Name another folder for the backup.',
  });
}
