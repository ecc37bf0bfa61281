import { lstat } from 'node:fs/promises';

/** Whether anything has this path, a link that leads nowhere included. */
export const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
