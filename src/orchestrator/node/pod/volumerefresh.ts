import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { volumeReferences } from '../spec/references.ts';
import { readSources } from '../spec/sources.ts';
import { writeVolumes } from '../spec/volumes.ts';
import type { PodContext } from './context.ts';
import { type PodRecord, volumesDir } from './podrecord.ts';

/**
 * Brings mounted ConfigMaps and Secrets of a running pod up to date; what cannot be read or is gone leaves its files as they are.
 * `current` gives the record, or undefined once the pod ends. Never rejects.
 */
export async function refreshVolumes(
  context: PodContext,
  current: () => PodRecord | undefined,
  logger: Logger,
): Promise<void> {
  const before = current();
  if (!before) return;
  const references = volumeReferences(before.pod);
  if (references.configMaps.size + references.secrets.size === 0) return;
  try {
    const sources = await readSources(context.client, before.pod.metadata.namespace ?? '', references);
    const record = current();
    if (!record) return;
    const dir = volumesDir(context.root, record.pod.metadata.uid ?? '');
    const owner = context.confinement.userOf(record.pod.metadata.namespace ?? '');
    const owned = owner === undefined ? {} : { owner };
    const fault = writeVolumes(dir, { ...context, ...record, ...sources, ...owned });
    if (fault) logger.debug({ fault }, 'volumes stay as they are');
  } catch (error) {
    logger.debug({ error: problemOf(error).message }, 'volumes stay as they are');
  }
}
