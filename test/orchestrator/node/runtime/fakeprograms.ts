import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerSpec } from '../../../../src/orchestrator/node/runtime/spec.ts';

/**
 * The programs that a fake container can run, by their first word:
 * `print LINE CODE`, `serve CODE`, `stubborn`, `show VARIABLE`, `cat PATH`, `copy CODE`, `complain LINE CODE`, `flood`.
 */
export const FAKE_PROGRAMS = {
  prints: (line: string, exitCode: number) => ['print', line, String(exitCode)],
  serves: (exitCode: number) => ['serve', String(exitCode)],
  stubborn: ['stubborn'],
  shows: (variable: string) => ['show', variable],
  reads: (path: string) => ['cat', path],
  copies: (exitCode: number) => ['copy', String(exitCode)],
  complains: (line: string, exitCode: number) => ['complain', line, String(exitCode)],
  floods: ['flood'],
} as const;

export const isProgram = (word: string): boolean =>
  ['print', 'serve', 'stubborn', 'show', 'cat', 'copy', 'complain', 'flood'].includes(word);

export function readMounted({ mounts }: ContainerSpec, path: string): string {
  const mount = mounts.find(({ target }) => path.startsWith(`${target}/`));
  return mount ? readFileSync(join(mount.source, path.slice(mount.target.length)), 'utf8').trimEnd() : '';
}
