import type { Dialect } from './dialect.ts';
import { type HelmFile, readUtf8 } from './files.ts';
import { readYaml } from './metadata.ts';
import { isTable } from './values.ts';

/** A Chart.lock, or the requirements.lock of an old chart. */
export interface HelmLock {
  readonly file: string;
  readonly dependencies: readonly { readonly name: string; readonly version: string }[];
}

/** @throws ProblemError */
export function readLock(file: HelmFile, dialect: Dialect): HelmLock {
  const value = readYaml(readUtf8(file), file.file, dialect);
  const listed = isTable(value) ? value.get('dependencies') : undefined;
  const entries = Array.isArray(listed) ? listed : [];
  return {
    file: file.file,
    dependencies: entries.flatMap((entry) => {
      const name = isTable(entry) ? entry.get('name') : undefined;
      const version = isTable(entry) ? entry.get('version') : undefined;
      return typeof name === 'string' ? [{ name, version: String(version ?? '') }] : [];
    }),
  };
}
