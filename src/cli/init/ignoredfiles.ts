import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/**
 * Which files of a folder git ignores, by the rules that the user has for it; undefined where no git can be asked, or the folder is in no
 * repository.
 */
export async function ignoredIn(
  root: string,
  environment: Readonly<Record<string, string>>,
): Promise<((path: string) => boolean) | undefined> {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('GIT_'));
  const listing = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'];
  try {
    const { stdout } = await exec('git', ['-c', 'core.fsmonitor=false', ...listing], {
      ...{ cwd: root, env: Object.fromEntries(kept), maxBuffer: 64 * 2 ** 20 },
    });
    const ignored = new Set(stdout.split('\0').filter(Boolean));
    return (path) => ignored.has(path) || foldersOf(path).some((folder) => ignored.has(folder));
  } catch {
    return undefined;
  }
}

/** The folders that a file is in, each with a slash at its end, as git names those that it ignores as a whole. */
const foldersOf = (path: string): readonly string[] =>
  [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
