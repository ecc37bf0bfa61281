import { createWriteStream } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Command } from 'commander';
import { rfc3339 } from '../../base/clock.ts';
import { ProblemError } from '../../base/errors.ts';
import { writeState } from '../../base/statefile.ts';
import { type BackupManifest, COPIED, MANIFEST, OBJECTS, REPOSITORIES } from '../../model/backup.ts';
import { digestsBelow, isVacant } from '../backup/files.ts';
import { git } from '../backup/git.ts';
import { face, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exists } from '../files.ts';

export function backupCommand(context: CliContext, version: string): Command {
  return new Command('backup')
    .description('copy what is durable into a new folder, while Pilotage runs')
    .argument('<folder>', 'one that does not exist yet; it will hold every secret of this Pilotage')
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .action(async (folder: string, options: { dataDir?: string }) => {
      const target = resolve(folder);
      if (!(await isVacant(target))) throw notVacant(target);
      const dataDir = options.dataDir ?? context.surroundings.dataDir;
      const daemon = await face(context, { dataDir }).catch((error: unknown) => {
        throw stopped(dataDir, error);
      });
      await mkdir(target, { recursive: true, mode: 0o700 });
      // Objects first: what they refer to (commits, images) only grows, so whatever is copied later holds it.
      const objects = await daemon.stream('/api/v1/backup');
      await pipeline(objects, createGzip(), createWriteStream(join(target, OBJECTS), { mode: 0o600 }));
      const repositories = await bundle(context, join(dataDir, REPOSITORIES), join(target, REPOSITORIES));
      for (const name of COPIED) await copy(join(dataDir, name), join(target, name));
      const files = await digestsBelow(target);
      const at = rfc3339(context.clock.now());
      const manifest: BackupManifest = { format: 1, at, version, repositories, files };
      // Last: a folder without it is not a backup.
      await writeState(join(target, MANIFEST), manifest);
      print(
        context,
        `Backed up ${dataDir} to ${target}: ${repositories.length} repositories, ${Object.keys(files).length} files.`,
      );
      print(context, '  It holds every secret of this Pilotage: keep it as safe as the data directory.');
      print(context, `  next: pilotage restore ${target} --data-dir DIR, on this machine or another`);
    });
}

async function copy(from: string, to: string): Promise<void> {
  if (await exists(from))
    await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

/** A bundle holds all that the refs of a repository reach, and `git clone` reads it. */
async function bundle(
  { surroundings }: CliContext,
  from: string,
  to: string,
): Promise<BackupManifest['repositories']> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  const names = (await exists(from)) ? await readdir(from) : [];
  const repositories: BackupManifest['repositories'][number][] = [];
  for (const name of names.filter((one) => one.endsWith('.git')).sort()) {
    const run = (...args: readonly string[]) =>
      git(surroundings.hostEnvironment, '--git-dir', join(from, name), ...args);
    const head = await run('symbolic-ref', 'HEAD');
    const empty = (await run('for-each-ref', '--count=1')) === '';
    if (!empty) await run('bundle', 'create', '--quiet', join(to, `${name}.bundle`), '--all');
    repositories.push({ name, head, empty });
  }
  return repositories;
}

const notVacant = (target: string): ProblemError =>
  new ProblemError({
    reason: 'Exists',
    message: `${target} is there already, and is not empty.`,
    remedy: 'Name a folder that does not exist yet, with the date in it say.',
  });

const stopped = (dataDir: string, cause: unknown): ProblemError =>
  new ProblemError(
    {
      reason: 'NotRunning',
      message: `No Pilotage runs on ${dataDir}, and a backup is taken from one that runs.`,
      remedy: `Start it (pilotage up); or, as long as it is down, copy the folder as it is: cp -a ${dataDir} DIR.`,
    },
    { cause },
  );
