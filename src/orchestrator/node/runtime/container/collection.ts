import { type DiskSpace, spaceOf } from '../../../../base/diskspace.ts';
import type { Logger } from '../../../../base/log.ts';
import type { Engine } from './engine/engine.ts';
import { EngineError } from './engine/http.ts';
import type { ImageAccess } from './imageaccess.ts';
import type { PulledImage, PulledImages } from './pulledimages.ts';

/** kubelet `pkg/kubelet/images/image_gc_manager.go` and its defaults, in hundredths of the disk and in ms. */
const HIGH = 85;
const LOW = 80;
const LEAST_AGE_MS = 2 * 60_000;

export interface CollectionInput {
  /** Of the disk of the engine. */
  readonly space: DiskSpace;
  readonly images: Readonly<Record<string, PulledImage>>;
  /** Names of images that containers have. */
  readonly inUse: ReadonlySet<string>;
  readonly now: number;
}

export interface Collection {
  /** Bytes. */
  readonly toFree: number;
  /** Names of images that may go, those that were used least lately first. */
  readonly candidates: readonly string[];
}

/** undefined: there is room. Pure. */
export function decideCollection({ space, images, inUse, now }: CollectionInput): Collection | undefined {
  const used = 100 - Math.floor((space.free * 100) / space.total);
  if (!(used >= HIGH)) return undefined;
  const candidates = Object.entries(images)
    .filter(([name, { pulledAt }]) => !inUse.has(name) && now - pulledAt >= LEAST_AGE_MS)
    .sort(([, a], [, b]) => a.usedAt - b.usedAt || a.pulledAt - b.pulledAt)
    .map(([name]) => name);
  return { toFree: Math.floor((space.total * (100 - LOW)) / 100) - space.free, candidates };
}

export interface CollectorOptions {
  readonly pulled: PulledImages;
  readonly access: Pick<ImageAccess, 'forgetGone'>;
  readonly now: () => number;
  readonly logger: Logger;
  readonly space?: (dir: string) => Promise<DiskSpace>;
}

/** Removes images that this node has pulled and nothing uses, where the disk of the engine is full. Returns what could not be reached. */
export async function collectImages(
  engine: Engine,
  { pulled, access, now, logger, space = spaceOf }: CollectorOptions,
): Promise<string | undefined> {
  await access.forgetGone(async (reference) => (await engine.image(reference)) !== undefined);
  const known = pulled.all();
  if (Object.keys(known).length === 0) return undefined;
  const sizes = await sizesOf(engine, Object.keys(known));
  const used = new Set((await engine.list([])).map(({ ImageID }) => plain(ImageID)));
  const names = [...sizes.keys()];
  const inUse = new Set(names.filter((name) => used.has(plain(sizes.get(name)?.Id))));
  const time = now();
  const images = Object.fromEntries(
    names.flatMap((name) => {
      const one = known[name];
      return one ? [[name, inUse.has(name) ? { ...one, usedAt: time } : one]] : [];
    }),
  );
  const dir = await engine.storageDir();
  const decided =
    dir === undefined ? undefined : decideCollection({ space: await space(dir), images, inUse, now: time });
  let freed = 0;
  for (const name of decided?.candidates ?? []) {
    if (freed >= (decided?.toFree ?? 0)) break;
    if (!(await removed(engine, name))) continue;
    const size = sizes.get(name)?.Size ?? 0;
    logger.info(
      { image: name, size },
      'an image that nothing uses is removed: the disk of the engine is full',
    );
    freed += size;
    delete images[name];
  }
  // What was pulled meanwhile is not forgotten.
  const added = Object.entries(pulled.all()).filter(([name]) => !(name in known));
  pulled.write({ ...images, ...Object.fromEntries(added) });
  return decided && freed < decided.toFree ? failure(decided.toFree, freed) : undefined;
}

const failure = (wanted: number, freed: number): string =>
  `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, but only found ${freed} bytes eligible to free.`;

const plain = (id = ''): string => id.replace(/^sha256:/, '');

/** Those that are there still: people may remove any. */
async function sizesOf(engine: Engine, names: readonly string[]) {
  const found = await Promise.all(names.map(async (name) => [name, await engine.image(name)] as const));
  return new Map(found.flatMap(([name, image]) => (image ? [[name, image] as const] : [])));
}

/** False: something uses it after all. */
async function removed(engine: Engine, name: string): Promise<boolean> {
  try {
    await engine.removeImage(name);
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}
