import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import { hermetic } from '../gitenvironment.ts';

const exec = promisify(execFile);

/** git on a repository of the data directory, without the configuration of the user who runs it. */
export async function git(
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  try {
    // The repositories may belong to another user than the one who restores: it is asked for by name.
    const { stdout } = await exec('git', ['-c', 'safe.directory=*', ...args], { env: hermetic(environment) });
    return stdout.trim();
  } catch (error) {
    throw new ProblemError(
      errnoOf(error) === 'ENOENT'
        ? { reason: 'GitMissing', message: 'There is no git on this machine.', remedy: 'Install git.' }
        : { reason: 'GitFailed', message: `git ${args.join(' ')} failed: ${String(error)}` },
      { cause: error },
    );
  }
}
