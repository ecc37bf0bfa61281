import { resolve } from 'node:path';
import type { CliContext } from '../context.ts';

/** What `--engine` names, as paths of sockets. */
export const parseEngine = (given: string): readonly string[] =>
  given === 'none' ? [] : [resolve(given.replace(/^unix:\/\//, ''))];

/** Those, or where engines of this machine usually answer. */
export const engineSockets = ({ surroundings }: CliContext, given: string | undefined): readonly string[] =>
  given === undefined ? surroundings.engineSockets : parseEngine(given);
