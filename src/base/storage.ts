import { errnoOf } from './errors.ts';

/** What a file system says when it takes nothing more, as a person would say it. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'a file may not grow any more',
  EROFS: 'the file system is read-only',
  EACCES: 'writing is not permitted',
  EIO: 'the disk fails',
};

/** Why the storage refused a write, with the code; undefined for any other error. */
export function storageRefusal(error: unknown): string | undefined {
  const code = errnoOf(error) ?? '';
  const why = REFUSALS[code];
  return why === undefined ? undefined : `${why} (${code})`;
}

/** Does what may be left undone while the storage takes nothing; false when it was. Any other failure is thrown. */
export function unlessRefused(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (storageRefusal(error) === undefined) throw error;
    return false;
  }
}
