import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

export type Program =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly message: string };

/**
 * The file that execvp(3) would run, looked up before the spawn so that the answer can name what is missing.
 * A name with a slash is taken relative to `cwd`; any other is searched in `path`.
 */
export function findProgram(name: string, cwd: string, path = ''): Program {
  if (name.includes('/')) return judge(name, isAbsolute(name) ? name : resolve(cwd, name));
  let found: Program | undefined;
  for (const dir of path.split(':').filter(Boolean)) {
    const candidate = judge(name, join(dir, name));
    if (candidate.ok) return candidate;
    if (candidate.exists) found ??= candidate;
  }
  return (
    found ?? { ok: false, message: `command "${name}" is not found in PATH${path ? '' : ', which is empty'}` }
  );
}

type Judged = Program & { readonly exists?: boolean };

function judge(name: string, file: string): Judged {
  const found = statIfThere(file);
  if (!found) return { ok: false, message: `command "${name}" does not exist (${file})` };
  if (found.isDirectory()) return { ok: false, message: `command "${name}" is a directory (${file})` };
  try {
    accessSync(file, constants.X_OK);
  } catch {
    return { ok: false, exists: true, message: `command "${name}" is not executable (${file}): chmod +x it` };
  }
  return { ok: true, path: file };
}

function statIfThere(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    // Absent, below a file, or in a directory that may not be searched: for execvp(3) it is not there.
    return undefined;
  }
}
