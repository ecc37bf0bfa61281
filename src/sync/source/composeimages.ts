import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';
import type { AppEntry, DeliveryFile, ImageEntry } from '../../model/deliveryfile.ts';
import type { ComposeImage } from '../../render/composefile/images.ts';
import { SEALED } from '../../render/composefile/load/dotenv.ts';
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
  const isNamed = (name: string) => Object.hasOwn(file?.images ?? {}, name);
  const own = found.filter(({ image: { service } }) => !isNamed(service) && !isNamed(objectName(service)));
  const named = own.map(({ app, image }) => {
    return { app, image, name: objectName(isShared ? `${app}-${image.service}` : image.service) };
  });
  const problems = [
    ...own.flatMap(({ image }) => problemOf(tree, image) ?? []),
    ...sameNames(named, isNamed),
  ];
  const [first, ...others] = problems;
  if (first) return failed(first, ...others);
  return ok({
    entries: Object.fromEntries(named.map(({ name, image }) => [name, entryOf(image)])),
    names: new Map(apps.map(({ name: app }) => [app, namesOf(named.filter((one) => one.app === app))])),
  });
}

interface Named {
  readonly app: string;
  readonly image: ComposeImage;
  readonly name: string;
}

/** Images that would be called as another is: one of them would run in the place of both. */
function sameNames(named: readonly Named[], isNamed: (name: string) => boolean): readonly Problem[] {
  const owners = new Map<string, string>();
  return named.flatMap(({ app, image: { service, at }, name }) => {
    const own = `${service} of the app ${app}`;
    const other = isNamed(name) ? 'one of pilotage.yaml' : owners.get(name);
    owners.set(name, own);
    if (other === undefined) return [];
    return {
      reason: 'InvalidName',
      message: `the image of ${own} would be called ${name}, as ${other} is`,
      place: at.place,
      remedy: 'Rename the service or the app.',
    };
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

function problemOf(
  tree: FileTree,
  { service, path, dockerfile, args, at }: ComposeImage,
): Problem | undefined {
  const { place } = at;
  if (tree.digest(path) === undefined)
    return {
      reason: 'SourceMissing',
      message: `the build context ${path} of ${service} is not in the repository`,
      place,
      remedy: 'Correct build.context, or add the folder.',
    };
  const sealed = Object.keys(args).find((name) => args[name]?.includes(SEALED));
  if (sealed !== undefined)
    return {
      reason: 'SealedArgument',
      message: `the build argument ${sealed} of ${service} is sealed, and an image shows its arguments`,
      place,
      remedy: 'Make it a secret of the build: build: {secrets: [NAME]} (docs/images.md#secrets).',
    };
  if (!dockerfile.startsWith('/') && !dockerfile.split('/').includes('..')) return undefined;
  return {
    reason: 'PathOutside',
    message: `the Dockerfile ${dockerfile} of ${service} is outside of its build context`,
    place,
    remedy: 'Move it into the context, or make the context a folder that holds both.',
  };
}
