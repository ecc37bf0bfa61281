import { resolve } from 'node:path';

/** What `--engine` names, as paths of sockets. */
export const parseEngine = (given: string): readonly string[] =>
  given === 'none' ? [] : [resolve(given.replace(/^unix:\/\//, ''))];
