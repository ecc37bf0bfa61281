import { FOLDER, serializeTree, type TreeEntry } from '../../../src/git/objects/object.ts';
import type { OpenRepository } from '../../../src/git/repository.ts';
import type { Oid, Signature } from '../../../src/git/types.ts';

export const ADA: Signature = { name: 'Ada', email: 'ada@example.com', at: 1_700_000_000_000 };

/** Path → content; a path that ends in `*` is executable, content that begins with `→` a symbolic link. */
export type Files = Readonly<Record<string, string>>;

function writeFiles(repo: OpenRepository, files: Files): Oid {
  const folders = new Map<string, Record<string, string>>();
  const entries: TreeEntry[] = [];
  for (const [path, content] of Object.entries(files)) {
    const slash = path.indexOf('/');
    if (slash >= 0) {
      const folder = path.slice(0, slash);
      folders.set(folder, { ...folders.get(folder), [path.slice(slash + 1)]: content });
      continue;
    }
    const link = content.startsWith('→');
    const oid = repo.store.write('blob', Buffer.from(link ? content.slice(1) : content));
    entries.push({
      mode: link ? '120000' : path.endsWith('*') ? '100755' : '100644',
      name: path.replace('*', ''),
      oid,
    });
  }
  for (const [name, inside] of folders) entries.push({ mode: FOLDER, name, oid: writeFiles(repo, inside) });
  return repo.store.write('tree', serializeTree(entries));
}

/** A commit with these files; `minute` tells its time, by default a minute after its newest parent's. */
export async function commit(
  repo: OpenRepository,
  files: Files,
  parents: readonly Oid[] = [],
  message = 'work',
  minute?: number,
): Promise<Oid> {
  const newest = Math.max(ADA.at, ...parents.map((parent) => repo.store.node(parent).at));
  const at = minute === undefined ? newest + 60_000 : ADA.at + minute * 60_000;
  return repo.commitTree({ tree: writeFiles(repo, files), parents, message, author: { ...ADA, at } });
}

/** A small seeded generator (mulberry32): the same histories at every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A random history with merges; returns its commits, oldest first. */
export async function randomHistory(
  repo: OpenRepository,
  random: () => number,
  count: number,
): Promise<Oid[]> {
  const commits: { oid: Oid; files: Record<string, string> }[] = [];
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  for (let i = 0; i < count; i++) {
    const parents = [...new Set([pick(commits), random() < 0.3 ? pick(commits) : undefined])].filter(
      (c) => c !== undefined,
    );
    const files = Object.assign({}, ...parents.map((parent) => parent.files)) as Record<string, string>;
    const path = `${['', 'a/', 'a/b/', 'c d/'][Math.floor(random() * 4)]}f${Math.floor(random() * 5)}${random() < 0.2 ? '*' : ''}`;
    delete files[path.endsWith('*') ? path.slice(0, -1) : `${path}*`];
    files[path] = `${'line\n'.repeat(Math.floor(random() * 200))}${i}`;
    const oid = await commit(
      repo,
      files,
      parents.map((parent) => parent.oid),
      `commit ${i}`,
    );
    commits.push({ oid, files });
  }
  return commits.map(({ oid }) => oid);
}
