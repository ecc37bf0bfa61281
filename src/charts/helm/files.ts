import { ProblemError } from '../../base/errors.ts';
import { type FileTree, pathsBelow } from '../../base/filetree.ts';
import { ignoredBy } from './ignore.ts';

/** Bytes, as Helm bounds them (pkg/chart/loader/archive/archive.go). */
export const LIMITS = { chart: 100 * 2 ** 20, file: 5 * 2 ** 20 } as const;

/** A file of a chart. */
export interface HelmFile {
  /** Path in the chart. */
  readonly name: string;
  /** Without a byte order mark. */
  readonly bytes: Uint8Array;
  /** Where a person finds it: the path in the tree; within a packed chart, the archive's and the path in it. */
  readonly file: string;
}

/** The files of a chart's folder, without those that its `.helmignore` names (pkg/chart/v2/loader/directory.go). @throws ProblemError */
export function chartFiles(tree: FileTree, path: string): HelmFile[] {
  const prefix = path === '' ? '' : `${path}/`;
  const rules = tree.read(`${prefix}.helmignore`);
  const ignored = ignoredBy(rules ? textOf(rules) : '', `${prefix}.helmignore`);
  const inside = pathsBelow(tree, path).map((file) => file.slice(prefix.length));
  return inside
    .filter((name) => !ignored(name))
    .flatMap((name) => {
      const bytes = tree.read(prefix + name);
      return bytes === undefined
        ? []
        : [{ name, bytes: withoutMark(bounded(bytes, prefix + name)), file: prefix + name }];
    });
}

function bounded(bytes: Uint8Array, file: string): Uint8Array {
  if (bytes.length <= LIMITS.file) return bytes;
  throw new ProblemError({
    reason: 'ChartTooLarge',
    message: `A file of a chart must not be larger than ${LIMITS.file / 2 ** 20} MiB`,
    place: { file },
    remedy: 'Name it in .helmignore if templates do not need it.',
  });
}

/** Without the byte order mark, which Helm drops from every file. */
export const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

/** The text of a file that must be UTF-8. @throws ProblemError with the line of the first byte that is not */
export function readUtf8({ bytes, file }: HelmFile): string {
  try {
    return decoder.decode(bytes);
  } catch {
    const before = textOf(bytes).split('\uFFFD')[0] ?? '';
    throw new ProblemError({
      reason: 'NotUtf8',
      message: 'The file is not UTF-8',
      place: { file, line: before.split('\n').length },
      remedy: 'Save it as UTF-8.',
    });
  }
}
