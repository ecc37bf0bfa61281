import { createReadStream } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Command } from 'commander';
import { ProblemError } from '../../base/errors.ts';
import { writeSecret } from '../../base/secretfile.ts';
import { readState } from '../../base/statefile.ts';
import {
  type BackupManifest,
  COPIED,
  KEY,
  MANIFEST,
  OBJECTS,
  PUSHES,
  REPOSITORIES,
  SEALED,
  SEALED_SUFFIX,
  SECRETS_KEY,
  TO_RESTORE,
} from '../../model/backup.ts';
import { digestsBelow, isVacant } from '../backup/files.ts';
import { git } from '../backup/git.ts';
import { type Opened, openBackup } from '../backup/key.ts';
import { secretFile, unsealAll } from '../backup/sealedfiles.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exists } from '../files.ts';

export function restoreCommand(context: CliContext): Command {
  return new Command('restore')
    .description('make a data directory from a backup; `pilotage up` goes on from there')
    .argument('<folder>', 'what `pilotage backup` wrote')
    .option('--key <file>', 'what opens its secrets (default: in the folder, or beside it as FOLDER.key)')
    .option('--data-dir <dir>', 'an empty one, or one that does not exist (or PILOTAGE_DATA_DIR)')
    .action(async (folder: string, options: { dataDir?: string; key?: string }) => {
      const source = resolve(folder);
      const dataDir = resolve(options.dataDir ?? context.surroundings.dataDir);
      if (!(await isVacant(dataDir))) throw notVacant(dataDir);
      const manifest = await verified(source);
      const opened = manifest.sealed && (await openBackup(source, manifest.sealed, options.key));
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      try {
        await restore(context, source, dataDir, manifest, opened);
      } catch (error) {
        // Half a restore must not be taken for a whole one.
        await rm(dataDir, { recursive: true, force: true });
        throw error;
      }
      print(context, `Restored the backup of ${manifest.at} into ${dataDir}.`);
      print(context, `  next: pilotage up --data-dir ${dataDir}`);
    });
}

/** Everything is read once before anything is written. */
async function verified(source: string): Promise<BackupManifest> {
  const manifest = await readState<BackupManifest>(join(source, MANIFEST));
  if (manifest?.format !== 1 && manifest?.format !== 2) {
    throw new ProblemError({
      reason: 'NotABackup',
      message: `${source} is not a whole backup: it has no ${MANIFEST} that this version reads.`,
      remedy: 'Name the folder that `pilotage backup` said it had written.',
    });
  }
  // Its key may have been taken away, or put there.
  const { [MANIFEST]: _own, [KEY]: _key, ...found } = await digestsBelow(source);
  const paths = new Set([...Object.keys(manifest.files), ...Object.keys(found)]);
  const wrong = [...paths].filter((path) => manifest.files[path] !== found[path]).sort();
  if (wrong.length === 0) return manifest;
  throw new ProblemError({
    reason: 'BackupDamaged',
    message: `The backup in ${source} is damaged: ${wrong.length} of its files are missing, changed or new.`,
    remedy: 'Restore from another backup.',
    details: wrong.slice(0, 10),
  });
}

async function restore(
  { surroundings }: CliContext,
  source: string,
  dataDir: string,
  { repositories }: BackupManifest,
  opened: Opened | undefined,
): Promise<void> {
  for (const name of opened ? COPIED : [...COPIED, ...SEALED]) {
    if (!(await exists(join(source, name)))) continue;
    const options = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true };
    await cp(join(source, name), join(dataDir, name), options);
  }
  if (opened) {
    await unsealAll(opened.sealer, source, dataDir);
    writeSecret(join(dataDir, SECRETS_KEY), opened.keyText);
  }
  await mkdir(join(dataDir, REPOSITORIES), { mode: 0o700 });
  for (const { name, head, empty } of repositories) {
    const repository = join(dataDir, REPOSITORIES, name);
    const run = (...args: readonly string[]) => git(surroundings.hostEnvironment, ...args);
    await run('init', '--quiet', '--bare', repository);
    await run('--git-dir', repository, 'symbolic-ref', 'HEAD', head);
    const bundle = join(source, REPOSITORIES, `${name}.bundle`);
    if (!empty) await run('--git-dir', repository, 'fetch', '--quiet', bundle, '+refs/*:refs/*');
    const pushes = join(source, REPOSITORIES, `${name}.${PUSHES}`);
    if (await exists(pushes)) await cp(pushes, join(repository, PUSHES));
  }
  // The daemon's own start makes the store of it: only the store knows its format.
  const objects = secretFile(join(dataDir, TO_RESTORE));
  const packed = createReadStream(join(source, opened ? `${OBJECTS}${SEALED_SUFFIX}` : OBJECTS));
  if (opened) await pipeline(packed, opened.sealer.unseal(OBJECTS), createGunzip(), objects);
  else await pipeline(packed, createGunzip(), objects);
}

const notVacant = (dataDir: string): ProblemError =>
  new ProblemError({
    reason: 'Exists',
    message: `${dataDir} is there already, and is not empty: restoring would mix two Pilotages.`,
    remedy: `Name another with --data-dir; or move this one away first: pilotage down && mv ${dataDir} ${dataDir}.old`,
  });
