import type { Problem, Result } from '../../base/errors.ts';
import type { Repository } from '../../git/types.ts';
import type { ImageEntry } from '../../model/deliveryfile.ts';

/** A folder of a commit that is made an image of. */
export interface ImageRequest<Entry extends ImageEntry = ImageEntry> {
  readonly source: Repository;
  readonly revision: string;
  readonly delivery: string;
  /** In pilotage.yaml. */
  readonly name: string;
  readonly entry: Entry;
  /** Paths of the repository that no image holds. */
  readonly exclude: readonly string[];
}

export interface PlannedImage {
  readonly name: string;
  /** What it is rendered as. */
  readonly ref: string;
  /** What it is to be called once it is made: the same, or by its digest. */
  make(report: (line: string) => void, signal: AbortSignal): Promise<Result<string>>;
}

export const missingFolder = (name: string, { path }: ImageEntry): Problem => ({
  reason: 'SourceMissing',
  message: `The image ${name} is to be built from the folder ${path}, which this revision does not have.`,
  remedy: `Correct \`images: {${name}: {path: …}}\` in pilotage.yaml, or add the folder.`,
});

/** '' is the root of the repository. */
export const folderOf = ({ path }: ImageEntry): string => (path === '.' ? '' : path);
