import { normalize } from 'node:path';

/** A path that leaves its volume. */
export const escapes = (path: string): boolean => path.startsWith('/') || normalize(path).startsWith('..');
