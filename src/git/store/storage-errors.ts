import type { Problem } from '../../base/errors.ts';
import { storageRefusal } from '../../base/storage.ts';

/** The Problem of a write that the storage of the repositories refused; undefined for any other error. */
export function storageProblem(error: unknown): Problem | undefined {
  const why = storageRefusal(error);
  if (why === undefined) return undefined;
  return {
    reason: 'StorageRefused',
    message: `nothing was taken over where Pilotage keeps its data: ${why}`,
    remedy: 'What is deployed goes on. Make room there, then push again.',
  };
}
