import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readRecord, writeRecord } from '../../../../base/recordfile.ts';
import { repositoryOf } from '../repository.ts';
import type { RegistryCredential } from '../runtime.ts';
import type { InspectedImage } from './engine/types.ts';

/**
 * Who may use an image that the engine has: whom its registry gives it to. An image of a private registry that one pod had pulled is for
 * another one only once that has pulled it with its own credentials (KEP-2535, with the policy `NeverVerifyPreloadedImages`: what the node
 * has not pulled is for all). `imageaccess.json` beside the records of pods; of credentials it holds hashes with a key of its own.
 */
export interface ImageAccess {
  /** Whether a pod may use the image by this name without asking its registry. The credentials are asked for where they matter. */
  mayUse(
    image: InspectedImage,
    reference: string,
    credentials: () => Promise<readonly RegistryCredential[]>,
  ): Promise<boolean>;
  /** A pull of this name begins: until it is granted, what has it is for nobody, so that the end of this program opens nothing. */
  begin(reference: string): Pull;
  /** Forgets images and names that are not there any more. Rejects when `isThere` does. */
  forgetGone(isThere: (reference: string) => Promise<boolean>): Promise<void>;
}

/** One of several pulls of a name, maybe: each answers for itself. */
export interface Pull {
  /** The registry has given the image to the credential; undefined: it gives it to anybody. */
  granted(id: string, credential: RegistryCredential | undefined): void;
  /** The registry has given nothing to this one. */
  refused(): void;
  /** It ended without an answer, and the engine may still get the image: its name stays guarded until there is one, or no image. */
  left(): void;
}

/** `anyone`, or hashes of the credentials that it was given to. */
type Known = 'anyone' | readonly string[];

interface AccessRecord {
  readonly key: string;
  /** Names whose pulls are under way, or have ended without an answer, by pull. */
  readonly pulls: Readonly<Record<string, string>>;
  /** By image, then by repository: one registry may give away what another one keeps. */
  readonly images: Readonly<Record<string, Readonly<Record<string, Known>>>>;
}

/** Of one image in one repository; the latest are kept (Kubernetes keeps as many). */
const MOST_CREDENTIALS = 100;

export const IMAGE_ACCESS = 'imageaccess.json';

export function openImageAccess(root: string): ImageAccess {
  const file = join(root, IMAGE_ACCESS);
  const read = (): AccessRecord =>
    readRecord<AccessRecord>(file) ?? { key: randomBytes(32).toString('base64'), pulls: {}, images: {} };
  /** Pulls of this program that are under way. */
  const live = new Set<string>();
  /** Counts what changes what is known. */
  let changes = 0;
  const write = (record: AccessRecord): void => {
    changes++;
    writeRecord(file, record);
  };
  const hashWith =
    (key: string) =>
    ({ registry, username, password }: RegistryCredential): string =>
      createHmac('sha256', key)
        .update(JSON.stringify([registry, username, password]))
        .digest('base64');
  const pullsWhere = (isKept: (pull: string, reference: string) => boolean) =>
    Object.fromEntries(Object.entries(read().pulls).filter(([pull, reference]) => isKept(pull, reference)));

  return {
    async mayUse(image, reference, credentials) {
      const { key, pulls, images } = read();
      const repositories = images[plain(image.Id)];
      const known = repositories?.[repositoryOf(reference).name];
      if (known === 'anyone') return true;
      if (known) return (await credentials()).map(hashWith(key)).some((hash) => known.includes(hash));
      if (Object.values(pulls).includes(reference)) return false;
      // Under a name that others have given it, a pulled image is theirs; under its id it is what was pulled.
      return !repositories || isNamed(image, reference);
    },
    begin(reference) {
      const own = randomUUID();
      live.add(own);
      const record = read();
      write({ ...record, pulls: { ...record.pulls, [own]: reference } });
      return {
        granted(id, credential) {
          live.delete(own);
          const { key, images } = read();
          const [image, { name }] = [images[plain(id)], repositoryOf(reference)];
          const repositories = {
            ...image,
            [name]: granted(image?.[name], credential && hashWith(key)(credential)),
          };
          write({
            key,
            // Those that were left wait for this; those under way have their own answer to come.
            pulls: pullsWhere((pull, other) => live.has(pull) || other !== reference),
            images: { ...images, [plain(id)]: repositories },
          });
        },
        refused() {
          live.delete(own);
          write({ ...read(), pulls: pullsWhere((pull) => pull !== own) });
        },
        left: () => void live.delete(own),
      };
    },
    async forgetGone(isThere) {
      const { images, pulls } = read();
      for (const id of Object.keys(images)) {
        const before = changes;
        // What was granted while the engine was asked may be there now.
        if ((await isThere(id)) || changes !== before) continue;
        const { [id]: _, ...others } = read().images;
        write({ ...read(), images: others });
      }
      for (const [pull, reference] of Object.entries(pulls)) {
        const before = changes;
        if (live.has(pull) || (await isThere(reference)) || changes !== before) continue;
        write({ ...read(), pulls: pullsWhere((other) => other !== pull) });
      }
    },
  };
}

function granted(known: Known = [], hash: string | undefined): Known {
  if (hash === undefined || known === 'anyone') return 'anyone';
  return [...known.filter((one) => one !== hash), hash].slice(-MOST_CREDENTIALS);
}

const isNamed = ({ RepoTags, RepoDigests }: InspectedImage, reference: string): boolean =>
  [...(RepoTags ?? []), ...(RepoDigests ?? [])].some(
    (name) => repositoryOf(name).name === repositoryOf(reference).name,
  );

/** Engines write the same id with and without its algorithm. */
const plain = (id: string): string => id.replace(/^sha256:/, '');
