import { errnoOf, type Problem } from '../base/errors.ts';

/** What a file system says when it takes nothing more, as a person would say it. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'a file may not grow any more',
  EROFS: 'the file system is read-only',
  EACCES: 'writing is not permitted',
  EIO: 'the disk fails',
};

/** The Problem of a write that the storage of the repositories refused; undefined for any other error. */
export function storageProblem(error: unknown): Problem | undefined {
  const code = errnoOf(error) ?? '';
  const why = REFUSALS[code];
  if (why === undefined) return undefined;
  return {
    reason: 'StorageRefused',
    message: `nothing was taken over: ${why} where Pilotage keeps its data (${code})`,
    remedy: 'What is deployed goes on. Make room there, then push again.',
  };
}
