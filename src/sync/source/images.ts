import { createHash } from 'node:crypto';
import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { once } from '../../base/once.ts';
import type { Repository } from '../../git/types.ts';
import type { ImageEntry } from '../../model/deliveryfile.ts';
import { type ContainerImages, planContainerImage } from './containerimages.ts';
import type { RecipeEntry } from './context/context.ts';
import { folderOf, type ImageRequest, missingFolder, type PlannedImage } from './planned.ts';
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
export function createImageBuilder({
  repository,
  registriesOf,
  build,
  containers,
}: ImageBuilderOptions): BuildImages {
  return async ({ delivery, revision, images, exclude, destination }) => {
    const source = await repository(delivery);
    if (!source) return failed({ reason: 'NotFound', message: `The repository of ${delivery} is not here.` });
    const registries = once(() => registriesOf(delivery));
    const plan = (name: string, entry: ImageEntry): Promise<Result<PlannedImage>> => {
      const request = { source, revision, delivery, name, entry, exclude };
      return isRecipe(entry)
        ? planContainerImage({ ...request, entry }, destination, containers)
        : planProcessImage(request, registries, build);
    };
    const results = await Promise.all(Object.entries(images).map(([name, entry]) => plan(name, entry)));
    const [first, ...others] = results.flatMap((result) => (result.ok ? [] : result.problems));
    if (first) return failed(first, ...others);
    const planned = results.flatMap((result) => (result.ok ? [result.value] : []));
    return ok({
      references: Object.fromEntries(planned.map(({ name, ref }) => [name, ref])),
      async build(report, signal) {
        const failures: Problem[] = [];
        const made: Record<string, string> = {};
        for (const one of planned) {
          const result = await one.make(report, signal);
          if (result.ok) made[one.ref] = result.value;
          else failures.push(...result.problems);
        }
        const [first, ...others] = failures;
        return first ? failed(first, ...others) : ok(made);
      },
    });
  };
}

export interface ImageBuilderOptions {
  readonly repository: (delivery: string) => Promise<Repository | undefined>;
  /** What a person allows commands of builds to reach. */
  readonly registriesOf: (delivery: string) => Promise<readonly string[]>;
  readonly build: BuildImage;
  readonly containers: ContainerImages;
}

const isRecipe = (entry: ImageEntry): entry is RecipeEntry => entry.container !== undefined;

async function planProcessImage(
  { source, revision, delivery, name, entry, exclude }: ImageRequest,
  registries: () => Promise<readonly string[]>,
  build: BuildImage,
): Promise<Result<PlannedImage>> {
  const content = await source.contentAt(revision, folderOf(entry), exclude);
  if (content === undefined) return failed(missingFolder(name, entry));
  const ref = referenceOf(delivery, name, content, entry);
  const make: PlannedImage['make'] = async (report, signal) => {
    const result = await build({
      ref,
      exportTo: (dir) => source.exportTo(revision, folderOf(entry), dir, exclude),
      ...(entry.build ? { build: entry.build } : {}),
      registries: await registries(),
      deadlineMs: DEADLINE_MS,
      onOutput: (line) => {
        if (!NOISE.test(line)) report(line);
      },
      signal,
    });
    return result.ok ? ok(ref) : result;
  };
  return ok({ name, ref, make });
}

/** The tag names what goes in, the folder's content and the command: equal input is the same image, so an old one rolls back. */
export function referenceOf(delivery: string, name: string, tree: string, entry: ImageEntry): string {
  const command = entry.build ?? '';
  const recipe = command === '' ? '' : `-${createHash('sha256').update(command).digest('hex').slice(0, 8)}`;
  return `${delivery}/${name}:${tree.slice(0, 12)}${recipe}`;
}
