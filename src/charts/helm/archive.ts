import { posix } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import { readTar, TarError, type TarMember } from '../../base/tarreader.ts';
import type { HelmFile } from './files.ts';
import { LIMITS, withoutMark } from './files.ts';

/** Headers and padding come on top of what the files may have. */
const MAX_UNPACKED = LIMITS.chart + 32 * 2 ** 20;

/**
 * The files of a packed chart, without the folder that holds them (pkg/chart/loader/archive/archive.go). What names a place outside
 * of the chart, and links, are refused.
 * @throws ProblemError
 */
export function unpackChart(packed: Uint8Array, file: string): HelmFile[] {
  const refuse = (message: string, remedy = 'Pack the chart again: helm package FOLDER.'): ProblemError =>
    new ProblemError({ reason: 'InvalidArchive', message, place: { file }, remedy });
  const archive = unzip(packed, refuse);
  const files: HelmFile[] = [];
  let total = 0;
  try {
    for (const member of readTar(archive)) {
      if (member.type === 'folder') continue;
      const name = nameOf(member, refuse);
      total += member.bytes.length;
      if (member.bytes.length > LIMITS.file)
        throw refuse(tooLarge(`The file ${name} of the archive`, LIMITS.file));
      if (total > LIMITS.chart) throw refuse(tooLarge('The archive', LIMITS.chart));
      files.push({ name, bytes: withoutMark(member.bytes), file: `${file}/${member.path}` });
    }
  } catch (error) {
    if (error instanceof TarError) throw refuse(`The archive cannot be read: ${error.message}`);
    throw error;
  }
  if (files.length === 0) throw refuse('The archive holds no files');
  return files;
}

type Refuse = (message: string, remedy?: string) => ProblemError;

function unzip(packed: Uint8Array, refuse: Refuse): Uint8Array {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b)
    throw refuse('The file is no gzipped archive', 'Give a chart that helm package has made, or its folder.');
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_UNPACKED });
  } catch (error) {
    if (errnoOf(error) === 'ERR_BUFFER_TOO_LARGE') throw refuse(tooLarge('The archive', LIMITS.chart));
    throw refuse(`The archive cannot be unzipped: ${error instanceof Error ? error.message : error}`);
  }
}

const tooLarge = (what: string, limit: number): string =>
  `${what} is larger than ${limit / 2 ** 20} MiB when it is unpacked`;

/** The path in the chart. Archives of Windows have backslashes. */
function nameOf({ path, type }: TarMember, refuse: Refuse): string {
  const shown = JSON.stringify(path);
  if (type === 'link') throw refuse(`${shown} is a link, which a chart must not hold`);
  if (type === 'other') throw refuse(`${shown} is no regular file`);
  const separator = path.includes('\\') ? '\\' : '/';
  const [first = '', ...rest] = path.split(separator);
  const inside = rest.join('/');
  if (first === 'Chart.yaml' || (rest.length === 0 && first !== ''))
    throw refuse(`${shown} does not lie in a folder: a packed chart is one folder with everything in it`);
  const name = posix.normalize(inside);
  if (first === '' || posix.isAbsolute(inside) || /^[a-zA-Z]:\//.test(name) || inside.includes('\0'))
    throw refuse(`${shown} is an absolute path`);
  if (name === '.' || first === '..' || name === '..' || name.startsWith('../'))
    throw refuse(`${shown} leads out of the chart`);
  return name;
}
