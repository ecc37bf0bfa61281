import { createHash } from 'node:crypto';
import { failed, ok, type Problem, type Result } from '../../../base/errors.ts';
import { breather } from '../../../base/mutex.ts';
import type { TarEntry } from '../../../base/tar.ts';
import { staysInside } from '../../../git/tree/export.ts';
import type { FolderFile, FolderFiles } from '../../../git/types.ts';
import type { ImageEntry } from '../../../model/deliveryfile.ts';
import { type Dockerfile, hasTarget, readDockerfile } from './dockerfile.ts';
import { readDockerignore } from './dockerignore.ts';

/** What an engine is sent to build an image: files of one commit, never of a work tree. */
export interface Context {
  readonly dockerfile: Dockerfile;
  /** Of all that the image is made of: equal content, equal digest. 40 hex digits. */
  readonly digest: string;
  /** Reads one file after the other. */
  entries(): AsyncGenerator<TarEntry>;
}

/** Docker's, for a build without a file of its own name beside the Dockerfile. */
const DOCKERIGNORE = '.dockerignore';

/** Makes the context of an image out of its folder; problems name their file in the repository. Reads its Dockerfile, .dockerignore and links only. */
export async function contextOf(
  folder: FolderFiles,
  { path, container }: RecipeEntry,
): Promise<Result<Context>> {
  const { dockerfile: name, target, args } = container;
  const inRepository = (file: string): string => (path === '' ? file : `${path}/${file}`);
  const find = (file: string) => folder.files.find((one) => one.path === file && one.kind !== 'link');
  const text = (file: FolderFile): string => folder.read(file).toString('utf8');

  const recipe = find(name);
  if (!recipe) return failed(missing(inRepository(name), container.place));
  const dockerfile = readDockerfile(text(recipe), inRepository(name));
  if (!dockerfile.ok) return dockerfile;
  if (target !== undefined && !hasTarget(dockerfile.value, target))
    return failed(noTarget(dockerfile.value, target));

  const list = find(`${name}${DOCKERIGNORE}`) ?? find(DOCKERIGNORE);
  const ignored = list && readDockerignore(text(list), inRepository(list.path));
  if (ignored && !ignored.ok) return ignored;
  const stay = await ignored?.value(folder.files.map((file) => file.path));
  if (stay && !stay.ok) return stay;
  const sent = stay && new Set([...stay.value, name, list?.path]);
  const files = sent ? folder.files.filter((file) => sent.has(file.path)) : folder.files;

  const breathe = breather(FILES_PER_TURN);
  const links = new Map<FolderFile, string>();
  for (const file of files) {
    await breathe();
    if (file.kind === 'link') links.set(file, text(file));
  }
  const outside = [...links].filter(([file, to]) => !staysInside(file.path, to));
  const [first, ...others] = outside.map(([file, to]) => leadsOutside(inRepository(file.path), to));
  if (first) return failed(first, ...others.slice(0, MOST_NAMED));

  const content = files.map(({ path: at, kind, oid }) => [at, kind, oid]);
  const sorted = Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash('sha256')
    .update(JSON.stringify([FORMAT, content, name, target ?? '', sorted]))
    .digest('hex');
  return ok({
    dockerfile: dockerfile.value,
    digest: digest.slice(0, 40),
    async *entries() {
      for (const file of files) yield entryOf(folder, file);
    },
  });
}

export type RecipeEntry = ImageEntry & Required<Pick<ImageEntry, 'container'>>;

const FILES_PER_TURN = 256;

/** Raised where the same input makes another image. */
const FORMAT = 1;
const MOST_NAMED = 20;

function entryOf(folder: FolderFiles, file: FolderFile): TarEntry {
  const bytes = folder.read(file);
  const { path, kind } = file;
  if (kind === 'link') return { type: 'link', path, target: bytes.toString('utf8') };
  return { type: 'file', path, mode: kind === 'executable' ? 0o755 : 0o644, bytes };
}

const missing = (file: string, place: Problem['place']): Problem => ({
  reason: 'DockerfileMissing',
  message: `there is no ${file} at this revision`,
  ...(place ? { place } : {}),
  remedy: 'Correct `dockerfile:`, which is a path below `path:`, or add the file.',
});

const noTarget = ({ file }: Dockerfile, target: string): Problem => ({
  reason: 'DockerfileError',
  message: `has no stage ${target}`,
  place: { file },
  remedy: `Name it (FROM IMAGE AS ${target}), or correct \`target:\` in pilotage.yaml.`,
});

const leadsOutside = (file: string, target: string): Problem => ({
  reason: 'LinkOutside',
  message: `is a link to ${JSON.stringify(target.slice(0, 200))}, which is not in the folder that the image is built from`,
  place: { file },
  remedy: 'Leave it out in .dockerignore, or make it in the Dockerfile: RUN ln -s …',
});
