import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { problemOf } from '../base/errors.ts';
import { type Cursor, complain } from '../model/reader.ts';

/** Reads a file that another one names. undefined: nothing is named, or it was complained about. */
export type ReadNamed = (at: Cursor | undefined) => string | undefined;

/** Relative to the file that names them. */
export const readerBeside =
  (path: string): ReadNamed =>
  (at) => {
    if (at === undefined) return undefined;
    if (typeof at.value !== 'string') return complain(at, 'WrongType', 'must be the path of a file');
    try {
      return readFileSync(resolve(dirname(path), at.value), 'utf8');
    } catch (error) {
      return complain(at, 'UnreadableFile', problemOf(error).message);
    }
  };
