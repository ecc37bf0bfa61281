import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * Takes the write permission from every file below `root` and names the tree by its content: `sha256:<hex>` over paths, kinds,
 * executable bits, link targets and bytes. Times and owners do not count. Every user may read it, because its container may run as any; directories
 * stay writable, so that the owner of the tree can remove it.
 */
export async function sealTree(root: string): Promise<string> {
  const hash = createHash('sha256');
  await chmod(root, 0o755);
  await seal(root, '', hash);
  return `sha256:${hash.digest('hex')}`;
}

async function seal(root: string, path: string, hash: ReturnType<typeof createHash>): Promise<void> {
  const names = (await readdir(join(root, path))).sort();
  for (const name of names) {
    const inside = path ? `${path}/${name}` : name;
    const file = join(root, inside);
    const found = await lstat(file);
    if (found.isDirectory()) {
      await chmod(file, 0o755);
      hash.update(`dir ${inside}\0`);
      await seal(root, inside, hash);
    } else if (found.isSymbolicLink()) hash.update(`link ${inside}\0${await readlink(file)}\0`);
    else if (found.isFile()) {
      const executable = (found.mode & 0o111) !== 0;
      hash.update(`${executable ? 'exec' : 'file'} ${inside}\0${found.size}\0`);
      await pipeline(createReadStream(file), async (bytes) => {
        for await (const piece of bytes) hash.update(piece);
      });
      await chmod(file, executable ? 0o555 : 0o444);
    }
    // Sockets, pipes and devices are no content.
  }
}
