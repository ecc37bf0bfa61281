import { createHash } from 'node:crypto';
import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { Repository } from '../../git/types.ts';
import type { ImageEntry } from '../../model/deliveryfile.ts';
import type { BuildImages } from './source.ts';

/** How an image comes into being, handed in: the store that keeps it is another room's. */
export type BuildImage = (request: {
  readonly ref: string;
  readonly exportTo: (dir: string) => Promise<void>;
  readonly build?: string;
  /** What a person allows its command to reach. */
  readonly registries: readonly string[];
  readonly deadlineMs: number;
  readonly onOutput: (line: string) => void;
  readonly signal: AbortSignal;
}) => Promise<Result<{ readonly digest: string }>>;

/** A build that takes longer hangs. */
const DEADLINE_MS = 10 * 60_000;

/** What a package manager says of itself, and empty lines: no news for the user who pushed. */
const NOISE = /^\s*$|^npm (warn|notice)\b/i;

/** Builds the images of a pilotage.yaml at a revision; what was built before from the same tree is not built again. */
export function createImageBuilder(
  repository: (delivery: string) => Promise<Repository | undefined>,
  registriesOf: (delivery: string) => Promise<readonly string[]>,
  build: BuildImage,
): BuildImages {
  return async ({ delivery, revision, images, exclude }) => {
    const source = await repository(delivery);
    if (!source) return failed({ reason: 'NotFound', message: `The repository of ${delivery} is not here.` });
    const planned: Planned[] = [];
    const problems: Problem[] = [];
    for (const [name, entry] of Object.entries(images)) {
      const content = await source.contentAt(revision, folderOf(entry), exclude);
      if (content === undefined) problems.push(missingFolder(name, entry));
      else planned.push({ name, entry, ref: referenceOf(delivery, name, content, entry) });
    }
    const [first, ...others] = problems;
    if (first) return failed(first, ...others);
    const registries = await registriesOf(delivery);
    const buildOne = ({ ref, entry }: Planned, report: (line: string) => void, signal: AbortSignal) =>
      build({
        ref,
        exportTo: (dir) => source.exportTo(revision, folderOf(entry), dir, exclude),
        ...(entry.build ? { build: entry.build } : {}),
        registries,
        deadlineMs: DEADLINE_MS,
        onOutput: (line) => {
          if (!NOISE.test(line)) report(line);
        },
        signal,
      });
    return ok({
      references: Object.fromEntries(planned.map(({ name, ref }) => [name, ref])),
      async build(report, signal) {
        const failures: Problem[] = [];
        for (const one of planned) {
          const result = await buildOne(one, report, signal);
          if (!result.ok) failures.push(...result.problems);
        }
        const [first, ...others] = failures;
        return first ? failed(first, ...others) : ok(undefined);
      },
    });
  };
}

interface Planned {
  readonly name: string;
  readonly entry: ImageEntry;
  readonly ref: string;
}

const folderOf = ({ path }: ImageEntry): string => (path === '.' ? '' : path);

/** The tag names what goes in, the folder's content and the command: equal input is the same image, so an old one rolls back. */
export function referenceOf(delivery: string, name: string, tree: string, entry: ImageEntry): string {
  const command = entry.build ?? '';
  const recipe = command === '' ? '' : `-${createHash('sha256').update(command).digest('hex').slice(0, 8)}`;
  return `${delivery}/${name}:${tree.slice(0, 12)}${recipe}`;
}

const missingFolder = (name: string, { path }: ImageEntry): Problem => ({
  reason: 'SourceMissing',
  message: `The image ${name} is to be built from the folder ${path}, which this revision does not have.`,
  remedy: `Correct \`images: {${name}: {path: …}}\` in pilotage.yaml, or add the folder.`,
});
