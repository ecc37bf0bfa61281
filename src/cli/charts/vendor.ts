import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import type { Resolved } from '../../charts/dependencies/resolve.ts';
import { metadataIn } from '../../charts/dependencies/status.ts';
import { goDialect } from '../../render/helm/dialect.ts';

/** Names in charts/. */
export interface Vendored {
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Brings charts/ to what was resolved: all archives are written apart first, then moved in, and only then the old ones removed. Folders,
 * and archives of dependencies that say no repository, stay (`safeMoveDeps` of pkg/downloader/manager.go).
 */
export async function vendor(chart: string, dependencies: readonly Resolved[]): Promise<Vendored> {
  const folder = join(chart, 'charts');
  await refuseLink(folder);
  // A loader passes over names in charts/ that begin with a dot, should a crash leave it there.
  const staged = join(folder, `.new-${randomUUID()}`);
  const archives = new Map(
    dependencies.flatMap(({ archive }) => (archive ? [[archive.fileName, archive.bytes] as const] : [])),
  );
  try {
    await mkdir(staged, { recursive: true });
    for (const [name, bytes] of archives) await writeFile(join(staged, name), bytes);
    for (const name of archives.keys()) await rename(join(staged, name), join(folder, name));
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
  return { written: [...archives.keys()], removed: await removeOld(folder, archives, dependencies) };
}

async function removeOld(
  folder: string,
  archives: ReadonlyMap<string, unknown>,
  dependencies: readonly Resolved[],
): Promise<readonly string[]> {
  const kept = new Set(dependencies.filter(({ archive }) => !archive).map(({ locked }) => locked.name));
  const removed: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.tgz') || archives.has(entry.name)) continue;
    const path = join(folder, entry.name);
    const metadata = metadataIn({ name: entry.name, file: path, bytes: await readFile(path) }, goDialect);
    // What is no chart is not ours to remove.
    if (!metadata || kept.has(metadata.name)) continue;
    await rm(path);
    removed.push(entry.name);
  }
  return removed;
}

/** Replaces a lock as a whole. A link could lead out of the chart: Helm refuses it, too. */
export async function writeLock(path: string, text: string): Promise<void> {
  await refuseLink(path);
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

async function refuseLink(path: string): Promise<void> {
  const info = await lstat(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!info?.isSymbolicLink()) return;
  throw new ProblemError({
    reason: 'LinkRefused',
    message: `${path} is a link; nothing was written.`,
    remedy: 'Put the file or the folder itself there.',
  });
}
