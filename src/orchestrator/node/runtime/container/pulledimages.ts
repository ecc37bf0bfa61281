import { join } from 'node:path';
import { readRecord, writeRecord } from '../../../../base/recordfile.ts';

/** When an image was pulled and used last, in ms since the epoch. */
export interface PulledImage {
  readonly pulledAt: number;
  readonly usedAt: number;
}

/**
 * The images that this node has brought to the engine, by the names that pods have for them: what was there before, or what people and
 * builds bring, is theirs. `images.json` beside the records of pods.
 */
export interface PulledImages {
  all(): Readonly<Record<string, PulledImage>>;
  add(reference: string, now: number): void;
  write(images: Readonly<Record<string, PulledImage>>): void;
}

export const PULLED_IMAGES = 'images.json';

export function openPulledImages(root: string): PulledImages {
  const file = join(root, PULLED_IMAGES);
  const all = () => readRecord<Record<string, PulledImage>>(file) ?? {};
  return {
    all,
    add: (reference, now) => writeRecord(file, { ...all(), [reference]: { pulledAt: now, usedAt: now } }),
    write: (images) => writeRecord(file, images),
  };
}
