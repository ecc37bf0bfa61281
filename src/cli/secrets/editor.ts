import { type ChildProcess, spawn } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ProblemError, problemOf } from '../../base/errors.ts';

/** What an edit has of the process and of the person. */
export interface Editing {
  readonly env: Readonly<Record<string, string>>;
  /** Where signals to this process arrive: `process`. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>;
  /** Shows an error, and says whether the person wants to mend the text. */
  readonly again: (error: unknown) => Promise<boolean>;
}

/**
 * Has a person edit a text until `accept` takes it: in a folder that nobody else may enter, in memory where the system has one there, and
 * gone afterwards. A text that is not taken is offered again, or kept in its folder, which the error names.
 */
export async function edit<T>(
  text: string,
  file: string,
  editing: Editing,
  accept: (typed: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(editing.env.XDG_RUNTIME_DIR || tmpdir(), 'pilotage-edit-'));
  const path = join(folder, basename(file));
  let isKept = false;
  try {
    await writeFile(path, text, { mode: 0o600 });
    for (;;) {
      await run(path, editing);
      const refused = await accept(await readFile(path, 'utf8')).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      if ('value' in refused) return refused.value;
      if (await editing.again(refused.error)) continue;
      isKept = true;
      throw kept(refused.error, path);
    }
  } finally {
    if (!isKept) await rm(folder, { recursive: true, force: true });
  }
}

function kept(error: unknown, path: string): ProblemError {
  const problem = problemOf(error);
  const details = [...(problem.details ?? []), `what you typed is kept, readable, in ${path}: remove it`];
  return new ProblemError({ ...problem, details }, { cause: error });
}

/** Milliseconds that an editor has to end. */
const GRACE = 2000;

/** An editor may come with arguments (`code --wait`): a shell reads it, as git and sops have it. */
async function run(path: string, { env, signals }: Editing): Promise<void> {
  const editor = env.SOPS_EDITOR || env.VISUAL || env.EDITOR || 'vi';
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, editor, path], { stdio: 'inherit', env });
  const release = guarded(child, signals);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  }).finally(release);
  if (code !== 0 || release())
    throw new ProblemError({
      reason: 'EditorFailed',
      message: `${editor} ended with ${code ? `code ${code}` : 'a signal'}; nothing was changed`,
      remedy: 'Name another one: EDITOR=nano pilotage secrets edit FILE.',
    });
}

/**
 * Ctrl-C is the editor's own. What would end this process ends the editor, so that the text does not stay behind. Returns what takes the
 * guard away, and says whether a signal came.
 */
function guarded(child: ChildProcess, signals: Editing['signals']): () => boolean {
  let timer: NodeJS.Timeout | undefined;
  const end = (signal: NodeJS.Signals): void => {
    child.kill(signal);
    timer ??= setTimeout(() => child.kill('SIGKILL'), GRACE);
  };
  const ignore = (): void => {};
  signals.on('SIGINT', ignore);
  for (const signal of ['SIGTERM', 'SIGHUP']) signals.on(signal, end);
  return () => {
    clearTimeout(timer);
    signals.off('SIGINT', ignore);
    for (const signal of ['SIGTERM', 'SIGHUP']) signals.off(signal, end);
    return timer !== undefined;
  };
}
