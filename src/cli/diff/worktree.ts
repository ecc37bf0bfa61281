import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ProblemError } from '../../base/errors.ts';
import { packTreeText } from '../../base/packedtree.ts';
import { PILOTAGE_FILE } from '../../model/pilotagefile.ts';
import { readFolder } from '../init/foldertree.ts';
import { ignoredIn } from '../init/ignoredfiles.ts';

const exec = promisify(execFile);

/**
 * The repository that a folder is in, as it would be committed with all that git does not ignore, packed for the daemon. @throws ProblemError where
 * there is no such folder, or more than may travel
 */
export async function packWorkingTree(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const start = resolve(folder);
  if (!existsSync(start))
    throw new ProblemError({ reason: 'NotFound', message: `There is no folder ${start}.` });
  const root = await rootOf(start, environment);
  const isIgnored = await ignoredIn(root, environment);
  const packed = await packTreeText(readFolder(root, isIgnored));
  if (packed.ok) return packed.value;
  const [{ message, ...problem }] = packed.problems;
  throw new ProblemError({ ...problem, message: `${root} cannot be sent: ${message}.` });
}

/** The top of git's working tree; where there is no git, the nearest folder above with a pilotage.yaml; else the folder itself. */
async function rootOf(start: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('GIT_'));
  const top = await exec('git', ['rev-parse', '--show-toplevel'], {
    ...{ cwd: start, env: Object.fromEntries(kept) },
  }).then(
    ({ stdout }) => stdout.replace(/\r?\n$/, ''),
    () => '',
  );
  if (top !== '') return top;
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, PILOTAGE_FILE))) return at;
    if (dirname(at) === at) return start;
  }
}
