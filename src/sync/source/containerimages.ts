import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { TarEntry } from '../../base/tar.ts';
import { contextOf, type RecipeEntry } from './context/context.ts';
import { type Dockerfile, followSteps } from './context/dockerfile.ts';
import { folderOf, type ImageRequest, missingFolder, type PlannedImage } from './planned.ts';

/** How an engine builds an image, handed in: whoever speaks to engines is in another room. */
export type BuildContainer = (request: {
  /** With its tag; one that the engine has is not built again. */
  readonly ref: string;
  /** Who it is for: builds of one delivery run one after the other. */
  readonly delivery: string;
  readonly entries: () => AsyncIterable<TarEntry>;
  readonly dockerfile: string;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
  readonly onOutput: (line: string) => void;
  readonly signal: AbortSignal;
}) => Promise<Result<{ readonly digest: string }>>;

/** Base images are pulled and packages compiled: longer than for a folder with one command. A build that takes longer hangs. */
const DEADLINE_MS = 30 * 60_000;

/**
 * Reads what an image is made of; problems of the Dockerfile are told before anything is sent. The tag is the digest of the context, the
 * Dockerfile, the arguments and the target.
 */
export async function planContainerImage(
  { source, revision, delivery, name, entry, exclude }: ImageRequest<RecipeEntry>,
  build: BuildContainer,
): Promise<Result<PlannedImage>> {
  const folder = await source.filesAt(revision, folderOf(entry), exclude);
  if (folder === undefined) return failed(missingFolder(name, entry));
  const context = contextOf(folder, entry);
  if (!context.ok) return context;
  const { dockerfile, digest, entries } = context.value;
  const ref = containerReference(delivery, name, digest);
  const { dockerfile: file, target, args } = entry.container;
  return ok({
    name,
    ref,
    async make(report, signal) {
      const steps = followSteps(dockerfile);
      const result = await build({
        ref,
        delivery,
        entries,
        dockerfile: file,
        ...(target === undefined ? {} : { target }),
        args,
        deadlineMs: DEADLINE_MS,
        onOutput(line) {
          steps.tell(line);
          report(line);
        },
        signal,
      });
      if (result.ok) return result;
      const [first, ...others] = result.problems.map((problem) => placed(problem, dockerfile, steps.lineAt));
      return failed(first as Problem, ...others);
    },
  });
}

/** Failures of the Dockerfile itself have its place; that there is no engine, say, has none. */
function placed(
  problem: Problem,
  { file }: Dockerfile,
  lineAt: (words: string) => number | undefined,
): Problem {
  if (problem.reason !== 'ImageBuildFailed') return problem;
  const line = lineAt(problem.message);
  return { ...problem, place: { file, ...(line === undefined ? {} : { line }) } };
}

/**
 * `localhost/` keeps everybody from asking a registry of the Internet for an image of this name, which a stranger could have put there. The
 * digest has 40 digits, so that nobody can find two trees with the same one.
 */
export const containerReference = (delivery: string, name: string, digest: string): string =>
  `localhost/${delivery}/${name.replaceAll(':', '-')}:${digest}`;
