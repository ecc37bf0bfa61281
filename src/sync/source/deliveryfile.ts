import { ok, type Result } from '../../base/errors.ts';
import { type FileTree, readText } from '../../base/filetree.ts';
import type { Repository } from '../../git/types.ts';
import type { DeliveryFile, EnvironmentEntry } from '../../model/deliveryfile.ts';
import type { FileAt } from '../../model/environments.ts';
import { PILOTAGE_FILE, readPilotageFile } from '../../model/pilotagefile.ts';
import { GATE_GRAMMAR } from '../../promotion/gates/list.ts';

/** Every environment of a repository reads the same file: it is parsed once for as long as its bytes are in memory. */
const parsed = new WeakMap<Uint8Array, Result<DeliveryFile>>();
const entries = new WeakMap<DeliveryFile, ReadonlyMap<string, EnvironmentEntry>>();

/** The file at the root of a tree; undefined value: there is none, the conventions hold. */
export function fileOf(tree: FileTree): Result<DeliveryFile | undefined> {
  const bytes = tree.read(PILOTAGE_FILE);
  if (bytes === undefined) return ok(undefined);
  const known = parsed.get(bytes);
  if (known) return known;
  const file = readPilotageFile(readText(tree, PILOTAGE_FILE) ?? '', GATE_GRAMMAR);
  parsed.set(bytes, file);
  return file;
}

/** What the file at a commit says. */
export async function fileAt(repository: Repository, commit: string): Promise<FileAt> {
  const file = fileOf(await repository.tree(commit, { path: PILOTAGE_FILE }));
  if (!file.ok) return file;
  return file.value === undefined ? undefined : { ok: true, value: file.value };
}

/** What a file says of one environment. */
export function entryOf(file: DeliveryFile, environment: string): EnvironmentEntry | undefined {
  const known = entries.get(file) ?? new Map(file.environments.map((entry) => [entry.name, entry]));
  entries.set(file, known);
  return known.get(environment);
}
