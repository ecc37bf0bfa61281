import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { FileTree } from '../../base/filetree.ts';
import { isStarter, STARTERS, type Starter } from '../../charts/starters.ts';
import { readFolder } from './foldertree.ts';

/** The chart to start from, as the package in this folder brings it. */
export const readStarter = (packageDir: string, starter: Starter): FileTree =>
  readFolder(join(packageDir, 'charts', starter));

export const starterOption = (): Option =>
  new Option(
    '--starter <name>',
    `what the chart is for: ${Object.keys(STARTERS).join(', ')} (default: web)`,
  ).argParser(parseStarter);

function parseStarter(name: string): Starter {
  if (isStarter(name)) return name;
  throw new InvalidArgumentError(`It must be one of ${Object.keys(STARTERS).join(', ')}.`);
}
