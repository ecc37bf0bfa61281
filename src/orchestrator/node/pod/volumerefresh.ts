import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { Sandbox } from '../runtime/spec.ts';
import { volumeReferences } from '../spec/references.ts';
import { readSources } from '../spec/sources.ts';
import { writeVolumes } from '../spec/volumes.ts';
import type { PodContext } from './context.ts';
import type { PodRecord } from './podrecord.ts';

/**
 * Brings mounted ConfigMaps and Secrets of a running pod up to date; what cannot be read or is gone leaves its files as they are.
 * `current` gives the record, or undefined once the pod ends. Never rejects.
 */
export async function refreshVolumes(
  context: PodContext,
  { volumesDir, fileOwner }: Sandbox,
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
    const owned = fileOwner === undefined ? {} : { owner: fileOwner };
    const fault = writeVolumes(volumesDir, { ...context, ...record, ...sources, ...owned });
    if (fault) logger.debug({ fault }, 'volumes stay as they are');
  } catch (error) {
    logger.debug({ error: problemOf(error).message }, 'volumes stay as they are');
  }
}
