import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { Sandbox } from '../runtime/spec.ts';
import { fileOwnersOf, isRoot } from '../spec/fileowners.ts';
import { type References, volumeReferences } from '../spec/references.ts';
import { readSources } from '../spec/sources.ts';
import { writeVolumes } from '../spec/volumes.ts';
import type { PodContext } from './context.ts';
import type { PodRecord } from './podrecord.ts';

/**
 * Brings mounted ConfigMaps, Secrets and tokens of a running pod up to date; what cannot be read or is gone leaves its files as they are.
 * `current` gives the record, or undefined once the pod ends. Never rejects.
 */
export async function refreshVolumes(
  context: PodContext,
  sandbox: Sandbox,
  current: () => PodRecord | undefined,
  logger: Logger,
): Promise<void> {
  const before = current();
  if (!before) return;
  const references = volumeReferences(before.pod);
  if (!changesOften(references) && !context.tokens.isDue(before.pod)) return;
  try {
    const { namespace = '' } = before.pod.metadata;
    const [sources, tokens] = await Promise.all([
      readSources(context.client, namespace, references),
      context.tokens.of(before.pod),
    ]);
    const record = current();
    if (!record) return;
    const owners = fileOwnersOf(record.pod, sandbox, isRoot());
    const fault = writeVolumes(sandbox.volumesDir, { ...context, ...record, ...sources, tokens, owners });
    if (fault) logger.debug({ fault }, 'volumes stay as they are');
  } catch (error) {
    logger.debug({ error: problemOf(error).message }, 'volumes stay as they are');
  }
}

/** Nearly every pod mounts the certificate of the authority, which is read again with each new token. */
const changesOften = ({ configMaps, secrets }: References): boolean =>
  secrets.size > 0 || [...configMaps].some((name) => name !== 'kube-root-ca.crt');
