import { type FileTree, readText } from '../../base/filetree.ts';
import { isObject } from '../../kube/values/equal.ts';
import { parseYaml } from '../../kube/values/yaml.ts';
import { join } from './files.ts';
import { FILE_NAMES } from './kustomization/read.ts';

/** As many as a build may enter. */
const MOST_FOLDERS = 5_000;
/** Fields that name other kustomizations; all others name files of the folder itself. */
const LEADING = ['resources', 'bases', 'components', 'generators', 'transformers', 'validators'];

/** The folders that a build of a kustomization reads: its own, and those of all that it leads to. Empty where there is none. */
export function kustomizationFolders(tree: FileTree, path: string): readonly string[] {
  const found = new Set<string>();
  const waiting = [path];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const file = kustomizationFile(tree, folder);
    if (file === undefined || found.has(folder) || found.size === MOST_FOLDERS) continue;
    found.add(folder);
    for (const name of namesIn(readText(tree, file) ?? '', file)) {
      const next = join(folder, name);
      if (next !== undefined) waiting.push(next);
    }
  }
  return [...found];
}

function kustomizationFile(tree: FileTree, folder: string): string | undefined {
  const paths = FILE_NAMES.map((name) => (folder === '' ? name : `${folder}/${name}`));
  return paths.find((file) => tree.digest(file) !== undefined);
}

/** What cannot be read leads nowhere: the build says what is wrong with it. */
function namesIn(text: string, file: string): string[] {
  const parsed = parseYaml(text, file);
  if (!parsed.ok || !isObject(parsed.value)) return [];
  const fields = parsed.value;
  return LEADING.flatMap((field) => fields[field] ?? [])
    .filter((name) => typeof name === 'string')
    .filter((name) => !name.startsWith('/'));
}
