import type { Dialect } from './dialect.ts';
import { type HelmFile, readUtf8 } from './files.ts';
import { readYaml } from './metadata.ts';
import { type HelmMap, isTable } from './values.ts';

export interface LockedDependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
}

/** A Chart.lock, or the requirements.lock of an old chart. */
export interface HelmLock {
  readonly file: string;
  readonly dependencies: readonly LockedDependency[];
  /** Helm's: of what Chart.yaml asks for and what is locked, both. '' where there is none. */
  readonly digest: string;
  /** Ours, which Helm passes over: digests of archives by the names that they have in charts/. */
  readonly archives: ReadonlyMap<string, string>;
}

/** @throws ProblemError */
export function readLock(file: HelmFile, dialect: Dialect): HelmLock {
  const value = readYaml(readUtf8(file), file.file, dialect);
  const lock: HelmMap = isTable(value) ? value : new Map();
  const listed = lock.get('dependencies');
  const archives = lock.get('archives');
  return {
    file: file.file,
    dependencies: (Array.isArray(listed) ? listed : []).flatMap((entry) =>
      isTable(entry) && typeof entry.get('name') === 'string'
        ? [
            {
              name: text(entry, 'name'),
              version: text(entry, 'version'),
              repository: text(entry, 'repository'),
            },
          ]
        : [],
    ),
    digest: text(lock, 'digest'),
    archives: new Map(
      isTable(archives) ? Array.from(archives, ([name, digest]) => [name, String(digest)]) : [],
    ),
  };
}

const text = (of: HelmMap, key: string): string => String(of.get(key) ?? '');

/** The text of a lock, as Helm writes it. `generated` is RFC 3339. */
export function lockText(lock: Omit<HelmLock, 'file'>, generated: string, { toYaml }: Dialect): string {
  const written: HelmMap = new Map();
  written.set(
    'dependencies',
    lock.dependencies.map((one) => new Map(Object.entries(one))),
  );
  written.set('digest', lock.digest);
  if (lock.archives.size > 0) written.set('archives', new Map(lock.archives));
  written.set('generated', generated);
  return toYaml(written);
}
