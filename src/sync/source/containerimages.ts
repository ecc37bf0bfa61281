import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { TarEntry } from '../../base/tar.ts';
import type { RegistryEntry } from '../../model/deliveryfile.ts';
import { dockerConfigOf, type ReadBuildSecret } from './buildsecrets.ts';
import { contextOf, type RecipeEntry } from './context/context.ts';
import { type Dockerfile, followSteps } from './context/dockerfile.ts';
import { folderOf, type ImageRequest, missingFolder, type PlannedImage } from './planned.ts';

/** How an engine builds an image, handed in: whoever speaks to engines is in another room. */
export type BuildContainer = (request: {
  /** With its tag; one that the engine has is not built again. */
  readonly ref: string;
  /** Where a registry gets it, with its tag; absent: the engine keeps it. */
  readonly pushTo?: string;
  /** Who it is for: builds of one delivery run one after the other. */
  readonly delivery: string;
  readonly entries: () => AsyncIterable<TarEntry>;
  readonly dockerfile: string;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  /** Names of the secrets that its steps mount; their content is asked for when it is built. */
  readonly secrets: () => Promise<Result<Readonly<Record<string, Buffer>>>>;
  /** What registries are offered, as Docker's configuration (JSON); absent: nothing. */
  readonly dockerConfig?: () => Promise<Result<string>>;
  readonly deadlineMs: number;
  /** Told of the lines that are shown. */
  readonly onOutput: (line: string) => void;
  /** Told of every line that the engine prints. */
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}) => Promise<Result<{ readonly digest: string }>>;

export interface ContainerImages {
  readonly build: BuildContainer;
  readonly readSecret: ReadBuildSecret;
}

/** Base images are pulled and packages compiled: longer than for a folder with one command. A build that takes longer hangs. */
const DEADLINE_MS = 30 * 60_000;

/** Where the cluster is that runs an image: with the engine that builds it, or where only a registry is reached. */
export interface Destination {
  readonly isElsewhere: boolean;
  readonly registry?: RegistryEntry;
}

/**
 * Reads what an image is made of; problems of the Dockerfile are told before anything is sent. The tag is the digest of the context, the
 * Dockerfile, the arguments and the target. What is pushed is then referred to by the digest that the registry gave.
 */
export async function planContainerImage(
  { source, revision, delivery, name, entry, exclude }: ImageRequest<RecipeEntry>,
  { isElsewhere, registry }: Destination,
  { build, readSecret }: ContainerImages,
): Promise<Result<PlannedImage>> {
  const { dockerfile: file, target, args, secrets, place } = entry.container;
  if (isElsewhere && registry === undefined) return failed(noRegistry(name, place));
  const folder = await source.filesAt(revision, folderOf(entry), exclude);
  if (folder === undefined) return failed(missingFolder(name, entry));
  const context = await contextOf(folder, entry);
  if (!context.ok) return context;
  const { dockerfile, digest, entries } = context.value;
  const ref = containerReference(delivery, name, digest);
  const pushTo = isElsewhere ? `${registry?.repository}/${plain(name)}:${digest}` : undefined;
  const login = registry?.secret && { delivery, name: registry.secret, place: registry.place };
  return ok({
    name,
    ref: pushTo ?? ref,
    async make(report, signal) {
      const steps = followSteps(dockerfile);
      const result = await build({
        ref,
        ...(pushTo === undefined ? {} : { pushTo }),
        delivery,
        entries,
        dockerfile: file,
        ...(target === undefined ? {} : { target }),
        args,
        secrets: () => secretsOf(delivery, secrets, readSecret),
        ...(login ? { dockerConfig: () => dockerConfigOf(readSecret, login) } : {}),
        deadlineMs: DEADLINE_MS,
        onLine: steps.tell,
        onOutput: report,
        signal,
      });
      if (result.ok) return ok(pushTo === undefined ? ref : pinned(pushTo, result.value.digest));
      const [first, ...others] = result.problems.map((problem) => placed(problem, dockerfile, steps.lineAt));
      return failed(first as Problem, ...others);
    },
  });
}

async function secretsOf(
  delivery: string,
  wanted: RecipeEntry['container']['secrets'],
  read: ReadBuildSecret,
): Promise<Result<Readonly<Record<string, Buffer>>>> {
  const found: Record<string, Buffer> = {};
  for (const [id, { name, key, place }] of Object.entries(wanted)) {
    const secret = await read({ delivery, name, place });
    if (!secret.ok) return secret;
    const value = secret.value[key];
    if (value === undefined) return failed(noKey(name, key, place));
    found[id] = value;
  }
  return ok(found);
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
const containerReference = (delivery: string, name: string, digest: string): string =>
  `localhost/${delivery}/${plain(name)}:${digest}`;

/** Names of pilotage.yaml may have the port of a registry in them, which no folder of a registry may. */
const plain = (name: string): string => name.replaceAll(':', '-');

const pinned = (reference: string, digest: string): string => reference.replace(/:[^:/]*$/, `@${digest}`);

const noRegistry = (name: string, place: Problem['place']): Problem => ({
  reason: 'RegistryMissing',
  message: `the image ${name} is built here, and the cluster that is to run it is elsewhere`,
  ...(place ? { place } : {}),
  remedy:
    'Name a registry that both reach: spec: {registry: {repository: registry.example.com/team, secret: NAME}}.',
});

const noKey = (name: string, key: string, place: Problem['place']): Problem => ({
  reason: 'BuildSecretMissing',
  message: `the Secret ${name} has no key ${key}`,
  ...(place ? { place } : {}),
});
