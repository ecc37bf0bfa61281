import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Command } from 'commander';
import { rfc3339 } from '../../base/clock.ts';
import { ProblemError } from '../../base/errors.ts';
import { writeState } from '../../base/statefile.ts';
import {
  type BackupManifest,
  COPIED,
  KEY,
  MANIFEST,
  OBJECTS,
  PUSHES,
  REPOSITORIES,
  SEALED_SUFFIX,
  SECRETS_KEY,
} from '../../model/backup.ts';
import { digestsBelow, isVacant } from '../backup/files.ts';
import { git } from '../backup/git.ts';
import { idOfKey, keepKey, keyBeside, keysIn } from '../backup/key.ts';
import { createSealer, sealAll, secretFile } from '../backup/sealedfiles.ts';
import { face, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exists } from '../files.ts';

export function backupCommand(context: CliContext, version: string): Command {
  return new Command('backup')
    .description('copy what is durable into a new folder, while Pilotage runs')
    .argument(
      '<folder>',
      'one that does not exist yet; secrets are sealed in it, and their key is put beside it',
    )
    .option(
      '--with-key',
      'put the key into the folder: it alone is enough to restore, and to read every secret',
    )
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .action(async (folder: string, options: { dataDir?: string; withKey?: boolean }) => {
      const target = resolve(folder);
      if (!(await isVacant(target))) throw notVacant(target);
      const dataDir = options.dataDir ?? context.surroundings.dataDir;
      const daemon = await face(context, { dataDir }).catch((error: unknown) => {
        throw stopped(dataDir, error);
      });
      // Objects first: what they refer to (commits, images) only grows, so whatever is copied later holds it.
      const objects = await daemon.stream('/api/v1/backup');
      const keyText = await readFile(join(dataDir, SECRETS_KEY), 'utf8');
      const [key] = keysIn(keyText, join(dataDir, SECRETS_KEY));
      const salt = randomBytes(32);
      const sealer = createSealer(key, salt);
      const keyFile = options.withKey ? join(target, KEY) : keyBeside(target);
      await mkdir(target, { recursive: true, mode: 0o700 });
      await keepKey(keyText, keyFile);
      const sealedObjects = secretFile(join(target, `${OBJECTS}${SEALED_SUFFIX}`));
      await pipeline(objects, createGzip(), sealer.seal(OBJECTS), sealedObjects);
      const repositories = await bundle(context, join(dataDir, REPOSITORIES), join(target, REPOSITORIES));
      for (const name of COPIED) await copy(join(dataDir, name), join(target, name));
      await sealAll(sealer, dataDir, target);
      const { [KEY]: _key, ...files } = await digestsBelow(target);
      const at = rfc3339(context.clock.now());
      const sealed = { key: idOfKey(key), salt: salt.toString('base64') };
      const manifest: BackupManifest = { format: 2, sealed, at, version, repositories, files };
      // Last: a folder without it is not a backup.
      await writeState(join(target, MANIFEST), manifest);
      print(
        context,
        `Backed up ${dataDir} to ${target}: ${repositories.length} repositories, ${Object.keys(files).length} files.`,
      );
      print(
        context,
        options.withKey
          ? '  It holds every secret of this Pilotage, and their key: keep it as safe as the data directory.'
          : `  Its secrets are sealed. Their key is ${keyFile}: keep it apart from the folder, and do not lose it: nobody can restore without it.`,
      );
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
    await copy(join(from, name, PUSHES), join(to, `${name}.${PUSHES}`));
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
