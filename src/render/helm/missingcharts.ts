import { ProblemError } from '../../base/errors.ts';
import { type FileTree, pathsBelow } from '../../base/filetree.ts';
import type { Place } from '../../base/place.ts';
import { readLock } from '../../charts/helm/lock.ts';
import { readMetadata } from '../../charts/helm/metadata.ts';
import { goDialect } from './dialect.ts';

/** A chart that another one depends on, is locked, and does not lie in charts/. */
export interface MissingChart {
  /** Where its folder belongs in the tree. */
  readonly folder: string;
  readonly repository: string;
  readonly name: string;
  readonly version: string;
  /** Of its archive, where Chart.lock says it. */
  readonly digest?: string;
  /** Chart.lock. */
  readonly place: Place;
}

/**
 * What `pilotage chart dependency build` would bring into the chart of a folder. Nothing where there is no chart or no lock, or where either
 * cannot be read, or is larger than any is: the render says so. Repositories of a machine's own (`@name`, `file://`) are not asked.
 */
export function missingCharts(tree: FileTree, folder: string): readonly MissingChart[] {
  const file = (name: string) => {
    const path = folder === '' ? name : `${folder}/${name}`;
    const bytes = tree.read(path);
    return bytes && bytes.length <= MOST_BYTES && { name, bytes, file: path };
  };
  const [chart, lock] = [file('Chart.yaml'), file('Chart.lock')];
  if (!chart || !lock) return [];
  try {
    const { dependencies } = readMetadata(chart, goDialect);
    const locked = readLock(lock, goDialect);
    return dependencies.flatMap(({ name, repository }, i) => {
      // A lock has them in the order of Chart.yaml: one chart may be there under two aliases.
      const one = locked.dependencies[i];
      if (
        one?.name !== name ||
        one.repository !== repository ||
        !/^(https?|oci):\/\//.test(repository) ||
        isThere(tree, folder, name)
      )
        return [];
      const digest = locked.archives.get(`${name}-${one.version}.tgz`);
      return {
        folder: `${folder === '' ? '' : `${folder}/`}charts/${name}-${one.version}`,
        ...{ repository, name, version: one.version, place: { file: lock.file } },
        ...(digest ? { digest } : {}),
      };
    });
  } catch (error) {
    if (error instanceof ProblemError) return [];
    throw error;
  }
}

/** This is read in the daemon; a Chart.yaml and a Chart.lock of a hundred dependencies have 20 KB. */
const MOST_BYTES = 64 * 1024;

/** Whether charts/ has a folder or an archive of that name; which version, the render compares. */
function isThere(tree: FileTree, folder: string, name: string): boolean {
  const charts = folder === '' ? 'charts' : `${folder}/charts`;
  return pathsBelow(tree, charts).some((path) => {
    const [first = '', ...rest] = path.slice(charts.length + 1).split('/');
    const after = first.startsWith(`${name}-`) ? first.slice(name.length + 1) : '';
    return rest.length > 0 ? first === name || /^\d/.test(after) : /^\d.*\.tgz$/.test(after);
  });
}
