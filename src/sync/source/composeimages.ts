import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';
import type { AppEntry, DeliveryFile, ImageEntry } from '../../model/deliveryfile.ts';
import type { ComposeImage } from '../../render/composefile/images.ts';
import { Work } from '../../render/composefile/load/work.ts';
import { objectName } from '../../render/composefile/project.ts';
import { composeImages } from '../../render/sources/composefile.ts';

/** What the compose projects among the apps of an environment build. */
export interface ComposeBuilds {
  /** By the names that images are built under, as pilotage.yaml would have them. */
  readonly entries: Readonly<Record<string, ImageEntry>>;
  /** App → service → that name. */
  readonly names: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface ComposeBuildsRequest {
  readonly tree: FileTree;
  readonly delivery: string;
  readonly environment: string;
}

/**
 * The images that `build` of compose services asks for. One that pilotage.yaml names as the service is its own. An image is called by its service;
 * where several apps are compose projects, by the app too. Pure.
 */
export function composeBuilds(
  { tree, delivery, environment }: ComposeBuildsRequest,
  apps: readonly AppEntry[],
  file: DeliveryFile | undefined,
): Result<ComposeBuilds> {
  const found: { readonly app: string; readonly image: ComposeImage }[] = [];
  const work = new Work();
  for (const { name: app, source, values } of apps) {
    const isThere = values.every((path) => tree.digest(path) !== undefined);
    if (source.type !== 'folder' || !isThere) continue;
    const images = composeImages({
      tree,
      path: source.path,
      app,
      valuesFiles: values,
      delivery,
      environment,
      work,
    });
    if (!images.ok) return images;
    found.push(...images.value.map((image) => ({ app, image })));
  }
  const isShared = new Set(found.map(({ app }) => app)).size > 1;
  const own = found.filter(({ image }) => !Object.hasOwn(file?.images ?? {}, image.service));
  const [first, ...others] = own.flatMap(({ image }) => problemOf(tree, image) ?? []);
  if (first) return failed(first, ...others);
  const named = own.map(({ app, image }) => {
    return { app, image, name: objectName(isShared ? `${app}-${image.service}` : image.service) };
  });
  return ok({
    entries: Object.fromEntries(named.map(({ name, image }) => [name, entryOf(image)])),
    names: new Map(apps.map(({ name: app }) => [app, namesOf(named.filter((one) => one.app === app))])),
  });
}

const namesOf = (named: readonly { readonly image: ComposeImage; readonly name: string }[]) =>
  new Map(named.map(({ image, name }) => [image.service, name]));

/** What the services of an app refer to, once it is known what their images are called. */
export const composeReferences = (
  { names }: ComposeBuilds,
  app: string,
  references: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...(names.get(app) ?? [])].flatMap(([service, name]) => {
      const reference = Object.hasOwn(references, name) ? references[name] : undefined;
      return reference === undefined ? [] : [[service, reference]];
    }),
  );

const withoutDots = (path: string): string => path.replace(/^(?:\.\/)+/, '');

function entryOf({ path, process, dockerfile, target, args, secrets, at }: ComposeImage): ImageEntry {
  if (process !== undefined) return { path, ...(process === '' ? {} : { build: process }) };
  const { place } = at;
  const located = Object.entries(secrets).map(([id, secret]) => [id, { ...secret, place }]);
  return {
    path,
    container: {
      dockerfile: withoutDots(dockerfile),
      ...(target ? { target } : {}),
      args,
      secrets: Object.fromEntries(located),
      place,
    },
  };
}

function problemOf(tree: FileTree, { service, path, dockerfile, at }: ComposeImage): Problem | undefined {
  const { place } = at;
  if (tree.digest(path) === undefined)
    return {
      reason: 'SourceMissing',
      message: `the build context ${path} of ${service} is not in the repository`,
      place,
      remedy: 'Correct build.context, or add the folder.',
    };
  if (!dockerfile.startsWith('/') && !dockerfile.split('/').includes('..')) return undefined;
  return {
    reason: 'PathOutside',
    message: `the Dockerfile ${dockerfile} of ${service} is outside of its build context`,
    place,
    remedy: 'Move it into the context, or make the context a folder that holds both.',
  };
}
