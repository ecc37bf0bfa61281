import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SEALED, SEALED_SUFFIX, SECRETS_KEY } from '../../model/backup.ts';
import { exists } from '../files.ts';
import { filesBelow } from './files.ts';
import { fileKey, seal, unseal } from './seal.ts';

/** Steps of a pipeline that seal or open one file of a backup, by its path in the data directory. */
export interface Sealer {
  seal(path: string): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer, void>;
  unseal(path: string): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer, void>;
}

export function createSealer(key: Buffer, salt: Buffer): Sealer {
  const own = fileKey(key, salt);
  return {
    seal: (path) => (source) => seal(source, own, path),
    unseal: (path) => (source) => unseal(source, own, path),
  };
}

/** Seals every file of `SEALED`; not the key itself. */
export async function sealAll(sealer: Sealer, dataDir: string, folder: string): Promise<void> {
  for (const path of (await Promise.all(SEALED.map((name) => filesOf(dataDir, name)))).flat())
    if (path !== SECRETS_KEY) {
      const target = join(folder, `${path}${SEALED_SUFFIX}`);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await pipeline(createReadStream(join(dataDir, path)), sealer.seal(path), secretFile(target));
    }
}

/** The reverse. */
export async function unsealAll(sealer: Sealer, folder: string, dataDir: string): Promise<void> {
  const names = SEALED.flatMap((name) => [name, `${name}${SEALED_SUFFIX}`]);
  const paths = (await Promise.all(names.map((name) => filesOf(folder, name)))).flat();
  for (const sealed of paths.filter((path) => path.endsWith(SEALED_SUFFIX))) {
    const path = sealed.slice(0, -SEALED_SUFFIX.length);
    await mkdir(dirname(join(dataDir, path)), { recursive: true, mode: 0o700 });
    const source = createReadStream(join(folder, sealed));
    await pipeline(source, sealer.unseal(path), secretFile(join(dataDir, path)));
  }
}

/** For its owner only. */
export const secretFile = (path: string): WriteStream => createWriteStream(path, { mode: 0o600 });

/** Of a folder its files, by their paths from the root; of a file itself. */
async function filesOf(root: string, name: string): Promise<readonly string[]> {
  const path = join(root, name);
  if (!(await exists(path))) return [];
  if (!(await lstat(path)).isDirectory()) return [name];
  return (await filesBelow(path)).map((file) => join(name, file));
}
