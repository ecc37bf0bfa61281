import { promotedFrom, revertedFrom } from '../../git/objects/trailers.ts';
import type { Commit } from '../../git/types.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { promotionObjectName } from '../../model/names.ts';
import type { Environment, Promotion } from '../../model/types.ts';
import { promotionOf } from './lookup.ts';

/**
 * The record of a commit that Pilotage put on the branch: a promotion, or what took one back. The trailer, or the commit itself where it was
 * fast-forwarded to, says only where to look: the record decides, which was written before the branch moved.
 */
export async function ourRecord(
  home: KubeClient,
  { spec }: Environment,
  { oid, message }: Pick<Commit, 'oid' | 'message'>,
): Promise<Promotion | undefined> {
  const promoted = [promotedFrom(message)?.revision, revertedFrom(message)?.revision, oid];
  for (const revision of promoted) {
    if (revision === undefined) continue;
    const found = await promotionOf(home, promotionObjectName(spec.delivery, spec.environment, revision));
    if (found?.status?.mergeCommit === oid || found?.status?.revertCommit === oid) return found;
  }
  return undefined;
}
