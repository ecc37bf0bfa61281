import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from './errors.ts';

/** A blob as it lies there. */
export interface StoredBlob {
  readonly name: string;
  /** When it was last written or asked for by `has`, in milliseconds since the epoch. */
  readonly usedAt: number;
}

/** Immutable files by name: the name says what is in them, so one that is there need not be written again. */
export interface BlobStore {
  /** Whether it is there. One that is counts as used now, so that it is not collected before something refers to it. */
  has(name: string): Promise<boolean>;
  /** Durable when it resolves. */
  put(name: string, content: string): Promise<void>;
  get(name: string): Promise<string | undefined>;
  list(): Promise<readonly StoredBlob[]>;
  remove(name: string): Promise<void>;
}

const NAME = /^[0-9a-f]{8,128}$/;
const PARTIAL = '.new';

/** In folders by the first two digits. Readable by the owner only. */
export function openBlobStore(dir: string): BlobStore {
  let writes = 0;
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new Error(`not a name of a blob: ${name}`);
    return join(dir, name.slice(0, 2), name.slice(2));
  };
  return {
    async has(name) {
      const now = new Date();
      return utimes(pathOf(name), now, now).then(() => true, absent(false));
    },
    async put(name, content) {
      const path = pathOf(name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // Two who write the same at the same time write different files, and either may become it.
      const partial = `${path}.${++writes}${PARTIAL}`;
      const file = await open(partial, 'w', 0o600);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partial, path);
      // The rename itself is durable only when the folder is.
      const folder = await open(dirname(path), 'r');
      await folder.sync().finally(() => folder.close());
    },
    get: (name) => readFile(pathOf(name), 'utf8').catch(absent(undefined)),
    async list() {
      const folders = await readdir(dir).catch(absent([]));
      const found: StoredBlob[] = [];
      for (const folder of folders)
        for (const rest of await readdir(join(dir, folder)).catch(absent([]))) {
          const info = await stat(join(dir, folder, rest)).catch(absent(undefined));
          if (info && NAME.test(folder + rest)) found.push({ name: folder + rest, usedAt: info.mtimeMs });
        }
      return found;
    },
    remove: (name) => rm(pathOf(name), { force: true }),
  };
}

const absent =
  <T>(value: T) =>
  (error: unknown): T => {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return value;
    throw error;
  };
