import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { errnoOf, ProblemError } from '../../base/errors.ts';

/** The user's own git, used as a person would, but deaf to configuration that could stop a demonstration. */
export interface Git {
  run(...args: readonly string[]): Promise<string>;
  /** Like run, handing over each line of stderr as it comes: `git push` reports there. */
  stream(onLine: (line: string) => void, ...args: readonly string[]): Promise<string>;
}

/**
 * No configuration of user or system (signing, hooks, credential helpers, url rewrites), a name for the commits,
 * no proxies between this machine and itself, no questions.
 */
export function hermetic(environment: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => !/^GIT_|_proxy$/i.test(name));
  return {
    ...Object.fromEntries(kept),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Pilotage demo',
    GIT_AUTHOR_EMAIL: 'demo@pilotage.invalid',
    GIT_COMMITTER_NAME: 'Pilotage demo',
    GIT_COMMITTER_EMAIL: 'demo@pilotage.invalid',
    NO_PROXY: '*',
    no_proxy: '*',
    LC_ALL: 'C.UTF-8',
  };
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
