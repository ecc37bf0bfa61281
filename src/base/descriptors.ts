import { closeSync, openSync, readlinkSync } from 'node:fs';

/** linux/fcntl.h: a descriptor that only names a file. It opens no device and waits for no pipe. */
export const O_PATH = 0o10000000;

/** A path that leads to what is open, wherever it is by now. */
export const pathOf = (descriptor: number): string => `/proc/self/fd/${descriptor}`;

/** Where what is open is now, without links. */
export const placeOfOpen = (descriptor: number): string => readlinkSync(pathOf(descriptor));

/** What `use` makes of a descriptor, which is closed then. */
export function withOpen<T>(path: string, flags: number, use: (descriptor: number) => T): T {
  const descriptor = openSync(path, flags);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
