import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ProblemError } from '../../base/errors.ts';

type Environment = Readonly<Record<string, string>>;

/** Has a person edit a text: in a folder that nobody else may enter, in memory where the system has one there, and gone afterwards. */
export async function edit(text: string, file: string, env: Environment): Promise<string> {
  const folder = await mkdtemp(join(env.XDG_RUNTIME_DIR || tmpdir(), 'pilotage-edit-'));
  const path = join(folder, basename(file));
  try {
    await writeFile(path, text, { mode: 0o600 });
    await run(env.SOPS_EDITOR || env.VISUAL || env.EDITOR || 'vi', path, env);
    return await readFile(path, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An editor may come with arguments (`code --wait`): a shell reads it, as git and sops have it. */
async function run(editor: string, path: string, env: Environment): Promise<void> {
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, editor, path], { stdio: 'inherit', env });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0)
    throw new ProblemError({
      reason: 'EditorFailed',
      message: `${editor} ended with ${code === null ? 'a signal' : `code ${code}`}; nothing was changed`,
      remedy: 'Name another one: EDITOR=nano pilotage secrets edit FILE.',
    });
}
