import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import { hermetic } from '../gitenvironment.ts';

/** The user's own git, used as a person would, but deaf to configuration that could stop a demonstration. */
export interface Git {
  run(...args: readonly string[]): Promise<string>;
  /** Like run, handing over each line of stderr as it comes: `git push` reports there. */
  stream(onLine: (line: string) => void, ...args: readonly string[]): Promise<string>;
}

export function gitIn(directory: string, environment: Readonly<Record<string, string>>): Git {
  const env = hermetic(environment);
  const stream: Git['stream'] = (onLine, ...args) =>
    new Promise((resolve, reject) => {
      const child = spawn('git', args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      const errors: string[] = [];
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
      createInterface({ input: child.stderr }).on('line', (line) => {
        errors.push(line);
        onLine(line);
      });
      child.on('error', (error) => reject(errnoOf(error) === 'ENOENT' ? missing() : error));
      child.on('close', (code) =>
        code === 0 ? resolve(output.trim()) : reject(failure(args, code, errors)),
      );
    });
  return { stream, run: (...args) => stream(() => {}, ...args) };
}

const missing = (): ProblemError =>
  new ProblemError({
    reason: 'GitMissing',
    message: 'The demo pushes with git, and there is no git on this machine.',
    remedy: 'Install git, then run it again.',
  });

const failure = (args: readonly string[], code: number | null, errors: readonly string[]): ProblemError =>
  new ProblemError({
    reason: 'GitFailed',
    message: `git ${args[0] ?? ''} failed with exit code ${code ?? 'none'}.`,
    details: errors.slice(-20),
  });
