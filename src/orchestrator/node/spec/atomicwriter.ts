import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export interface Payload {
  readonly bytes: Buffer;
  readonly mode: number;
  /** Numeric; absent: the agent's own. */
  readonly user?: number;
  readonly group?: number;
}

const FRESH = '..v';
/** chown(2). */
const UNCHANGED = -1;

/**
 * Replaces all files of a volume at once, as the kubelet does (`pkg/volume/util/atomic_writer.go`): the files stand in a fresh
 * directory, `..data` is a link to it that one rename replaces, and the visible names are links through `..data`.
 * Returns false when nothing had to be written. Directories stay the agent's.
 */
export function writeAtomically(dir: string, files: ReadonlyMap<string, Payload>): boolean {
  mkdirSync(dir, { recursive: true });
  const data = join(dir, '..data');
  const before = ownFolder(data);
  if (before !== undefined && isSame(join(dir, before), files)) return false;
  const fresh = mkdtempSync(join(dir, FRESH));
  chmodSync(fresh, 0o755);
  for (const [path, { bytes, mode, user, group }] of files) {
    const file = join(fresh, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    if (user !== undefined || group !== undefined) chownSync(file, user ?? UNCHANGED, group ?? UNCHANGED);
    // Not through the umask.
    chmodSync(file, mode);
  }
  rmSync(join(dir, '..data.new'), { force: true });
  symlinkSync(fresh.slice(dir.length + 1), join(dir, '..data.new'));
  renameSync(join(dir, '..data.new'), data);
  linkVisible(dir, new Set([...files.keys()].map(topOf)));
  if (before !== undefined) rmSync(join(dir, before), { recursive: true, force: true });
  return true;
}

const topOf = (path: string): string => path.split('/')[0] ?? path;

function linkVisible(dir: string, names: ReadonlySet<string>): void {
  const present = new Set(readdirSync(dir).filter((name) => !name.startsWith('..')));
  for (const name of present) if (!names.has(name)) rmSync(join(dir, name), { recursive: true, force: true });
  for (const name of names) if (!present.has(name)) symlinkSync(join('..data', name), join(dir, name));
}

/** undefined: it leads to no folder that was made here. Programs may have laid another link in its place, and what it leads to is removed. */
function ownFolder(link: string): string | undefined {
  try {
    const target = readlinkSync(link);
    return target.startsWith(FRESH) && !target.includes('/') ? target : undefined;
  } catch {
    return undefined;
  }
}

function isSame(dir: string, files: ReadonlyMap<string, Payload>): boolean {
  const present = listFiles(dir, '');
  if (present.length !== files.size) return false;
  return present.every((path) => {
    const wanted = files.get(path);
    const file = join(dir, path);
    return (
      wanted !== undefined &&
      (statSync(file).mode & 0o777) === wanted.mode &&
      readFileSync(file).equals(wanted.bytes)
    );
  });
}

function listFiles(dir: string, path: string): string[] {
  return readdirSync(join(dir, path), { withFileTypes: true }).flatMap((entry) => {
    const inside = path ? `${path}/${entry.name}` : entry.name;
    return entry.isDirectory() ? listFiles(dir, inside) : [inside];
  });
}
