import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf } from '../../../../base/proc.ts';
import { type ProgramSpec, readShim } from './attemptrecord.ts';
import { type Argv, beside, confined, environmentFile, PLAIN_ENVIRONMENT } from './confinement/command.ts';

type Program = Pick<ProgramSpec, 'argv' | 'cwd' | 'env' | 'sandbox'>;

export interface Command {
  readonly argv: Argv;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const envFileOf = (dir: string): string => join(dir, 'env');

/** What the shim of an attempt runs; writes beside its log what that reads. */
export function commandOf(dir: string, { argv, cwd, env, sandbox = { type: 'none' } }: Program): Command {
  if (sandbox.type === 'none') return { argv, cwd, env };
  const envFile = envFileOf(dir);
  writeFileSync(envFile, environmentFile(env), { mode: 0o600 });
  if (sandbox.type === 'uid') {
    const log = join(dir, 'log');
    // Programs open /dev/stdout, which is this file, by its name.
    chownSync(log, process.geteuid?.() ?? 0, sandbox.uid);
    chmodSync(log, 0o620);
  }
  return { argv: confined(sandbox, { cwd, envFile, argv }), cwd: '/', env: PLAIN_ENVIRONMENT };
}

/** The same for a program that runs beside the attempt's own; undefined when that one's namespaces are gone. */
export function commandBeside(
  dir: string,
  { argv, cwd, env, sandbox = { type: 'none' } }: Program,
): Command | undefined {
  if (sandbox.type === 'none') return { argv, cwd, env };
  const program = { cwd, envFile: envFileOf(dir), argv };
  const plain = { cwd: '/', env: PLAIN_ENVIRONMENT };
  if (sandbox.type === 'uid') return { argv: confined(sandbox, program), ...plain };
  const shim = readShim(dir)?.pid;
  // The shim has one child: the command that it was given.
  const holder = shim === undefined ? undefined : childrenOf(shim)[0];
  return holder === undefined ? undefined : { argv: beside(holder, sandbox, program), ...plain };
}
