import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../base/errors.ts';
import { type Digest, isDigest } from '../web/digest.ts';

/** A version of a chart in its repository. */
export interface Pinned {
  readonly repository: string;
  readonly name: string;
  readonly version: string;
}

/** What versions of charts were when they were fetched first: a file each, which holds a digest. */
export interface Pins {
  get(chart: Pinned): Promise<Digest | undefined>;
  put(chart: Pinned, digest: Digest): Promise<void>;
}

export function openPins(dir: string): Pins {
  const pathOf = ({ repository, name, version }: Pinned): string =>
    join(dir, createHash('sha256').update(`${repository}\n${name}\n${version}`).digest('hex'));
  return {
    async get(chart) {
      try {
        const text = (await readFile(pathOf(chart), 'utf8')).trim();
        return isDigest(text) ? text : undefined;
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    async put(chart, digest) {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const draft = join(dir, `.${randomUUID()}.new`);
      await writeFile(draft, `${digest}\n`, { mode: 0o600 });
      await rename(draft, pathOf(chart));
    },
  };
}
