import type { FileTree } from '../../base/filetree.ts';
import { isObject } from '../../kube/values/equal.ts';
import { parseDocuments } from '../../kube/values/yaml.ts';
import { isComposeProject } from '../../model/apps.ts';
import { COMPOSE_FILES } from '../../model/composefiles.ts';
import { DOCKERFILES } from './dockerfile.ts';
import type { Read } from './guess.ts';

/**
 * What `init` sees in a repository that comes from elsewhere, and what Pilotage does with it today: a line each. `tree` is empty where the
 * repository is too large to look through; `isBuilt`: its Dockerfile is what the image is built by.
 */
export function findings(read: Read, tree: FileTree, isBuilt = false): readonly string[] {
  return FINDINGS.flatMap(({ files, says }) => {
    const file = files.find((name) => read(name) !== undefined);
    const line = file === undefined ? undefined : says(file, read(file) ?? '', tree, isBuilt);
    return line === undefined ? [] : [line];
  });
}

interface Finding {
  /** The first of them that is there is the one that is spoken of. */
  readonly files: readonly string[];
  /** undefined: there is nothing to say of it. */
  readonly says: (file: string, text: string, tree: FileTree, isBuilt: boolean) => string | undefined;
}

const FINDINGS: readonly Finding[] = [
  {
    files: COMPOSE_FILES,
    says: (file, text, tree) =>
      isComposeProject(tree, '')
        ? `${file}${servicesOf(text)}: delivered as it is (docs/compose.md)`
        : `${file}${servicesOf(text)}: not used, because the repository holds a chart, a kustomization or manifests`,
  },
  {
    files: DOCKERFILES,
    says: (file, text, tree, isBuilt) => {
      if (isComposeProject(tree, '')) return undefined;
      const start = startOf(text);
      return isBuilt
        ? `${file}: the image is built by it, by the container engine of the machine on which Pilotage runs (docs/images.md)`
        : `${file}: not used; the program runs as a process of this machine, with what is installed there. In pilotage.yaml, ` +
            `\`dockerfile: ${file}\` in place of \`build:\` has a container engine build the image` +
            (start ? `. It starts with: --command ${JSON.stringify(start)}` : '');
    },
  },
  {
    files: ['requirements.txt'],
    says: (file) =>
      `${file}: its packages are installed into vendor/ when the image is built, by the machine's python3`,
  },
  {
    files: ['go.mod'],
    says: (file) => `${file}: the program is built by the machine's go when the image is`,
  },
];

/** ` (3 services: web, db, cache)`, where the file can be read. */
function servicesOf(text: string): string {
  const parsed = parseDocuments(text, 'compose.yaml');
  const root = parsed.ok ? parsed.value[0]?.value : undefined;
  const services = isObject(root) && isObject(root.services) ? Object.keys(root.services) : [];
  return services.length === 0 ? '' : ` (${services.length} services: ${services.slice(0, 8).join(', ')})`;
}

/** The last CMD or ENTRYPOINT, as a command line; the list form and the shell form. */
function startOf(dockerfile: string): string | undefined {
  const last = [...dockerfile.matchAll(/^\s*(?:CMD|ENTRYPOINT)\s+(.+)$/gim)].at(-1)?.[1]?.trim();
  if (!last?.startsWith('[')) return last;
  try {
    const words: unknown = JSON.parse(last);
    return Array.isArray(words) ? words.join(' ') : undefined;
  } catch {
    return undefined;
  }
}
