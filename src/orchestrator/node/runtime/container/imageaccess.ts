import { createHmac, randomBytes } from 'node:crypto';
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
  begin(reference: string): void;
  /** The registry has given the image to the credential; undefined: it gives it to anybody. */
  grant(id: string, reference: string, credential: RegistryCredential | undefined): void;
  /** The registry has given nothing of this name. */
  refuse(reference: string): void;
  /** Images that are known of, and the end of what is known of one. */
  images(): readonly string[];
  forget(id: string): void;
}

/** `anyone`, or hashes of the credentials that it was given to. */
type Known = 'anyone' | readonly string[];

interface AccessRecord {
  readonly key: string;
  /** Names whose pulls are under way. */
  readonly pulling: readonly string[];
  /** By image, then by repository: one registry may give away what another one keeps. */
  readonly images: Readonly<Record<string, Readonly<Record<string, Known>>>>;
}

/** Of one image in one repository; the latest are kept (Kubernetes keeps as many). */
const MOST_CREDENTIALS = 100;

export const IMAGE_ACCESS = 'imageaccess.json';

export function openImageAccess(root: string): ImageAccess {
  const file = join(root, IMAGE_ACCESS);
  const read = (): AccessRecord =>
    readRecord<AccessRecord>(file) ?? { key: randomBytes(32).toString('base64'), pulling: [], images: {} };
  const hashWith =
    (key: string) =>
    ({ registry, username, password }: RegistryCredential): string =>
      createHmac('sha256', key)
        .update(JSON.stringify([registry, username, password]))
        .digest('base64');
  const without = (names: readonly string[], name: string) => names.filter((one) => one !== name);

  return {
    async mayUse(image, reference, credentials) {
      const { key, pulling, images } = read();
      const repositories = images[plain(image.Id)];
      const known = repositories?.[repositoryOf(reference).name];
      if (known === 'anyone') return true;
      if (known) return (await credentials()).map(hashWith(key)).some((hash) => known.includes(hash));
      if (pulling.includes(reference)) return false;
      // Under a name that others have given it, a pulled image is theirs; under its id it is what was pulled.
      return !repositories || isNamed(image, reference);
    },
    begin(reference) {
      const record = read();
      if (!record.pulling.includes(reference))
        writeRecord(file, { ...record, pulling: [...record.pulling, reference] });
    },
    grant(id, reference, credential) {
      const record = read();
      const [image, { name }] = [record.images[plain(id)], repositoryOf(reference)];
      const repositories = {
        ...image,
        [name]: granted(image?.[name], credential && hashWith(record.key)(credential)),
      };
      writeRecord(file, {
        ...record,
        pulling: without(record.pulling, reference),
        images: { ...record.images, [plain(id)]: repositories },
      });
    },
    refuse(reference) {
      const record = read();
      writeRecord(file, { ...record, pulling: without(record.pulling, reference) });
    },
    images: () => Object.keys(read().images),
    forget(id) {
      const record = read();
      const { [plain(id)]: _, ...images } = record.images;
      writeRecord(file, { ...record, images });
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
