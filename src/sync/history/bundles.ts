import type { BlobStore } from '../../base/blobs.ts';
import { ProblemError } from '../../base/errors.ts';
import type { Release } from '../../model/types.ts';
import type { Bundle } from '../plan/types.ts';
import { bundleName, decodeBundle, encodeBundle } from '../source/bundle.ts';

/** What releases rendered to: sealed, beside the Release objects, once for all releases that rendered to the same. */
export interface Bundles {
  /** Durable when it resolves. Answers its name, for the Release. Throws ProblemError OutputTooLarge. */
  keep(bundle: Bundle): Promise<string>;
  /** Throws ProblemError BundleMissing, and what `decodeBundle` throws. */
  read(release: Pick<Release, 'spec'>): Promise<Bundle>;
}

/** `key`: 32 bytes, of this installation. */
export function openBundles(blobs: BlobStore, key: Buffer): Bundles {
  return {
    async keep(bundle) {
      const name = bundleName(bundle, key);
      if (!(await blobs.has(name))) await blobs.put(name, encodeBundle(bundle, key));
      return name;
    },
    async read({ spec }) {
      // Earlier versions kept it in the Release itself.
      if (spec.manifests !== undefined) return decodeBundle(spec.manifests, key);
      const text = spec.bundle === undefined ? undefined : await blobs.get(spec.bundle);
      if (text === undefined) throw new ProblemError(missing(spec));
      return decodeBundle(text, key);
    },
  };
}

const missing = ({ delivery, environment, number }: Release['spec']) => ({
  reason: 'BundleMissing',
  message: `what release ${number} of ${delivery}/${environment} rendered to is not there any more`,
  remedy: `Restore the folder bundles/ of the data directory from a backup; or push, or pin by revision.`,
});
