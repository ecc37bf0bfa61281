import { realpathSync } from 'node:fs';
import { errnoOf } from './errors.ts';

/** The path without links; undefined: it, or what a link leads to, does not exist. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** Whether a path is a folder or lies in it; both absolute and without links. */
export const isWithin = (path: string, folder: string): boolean =>
  folder === '/' || path === folder || path.startsWith(`${folder}/`);
