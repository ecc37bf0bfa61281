import { nodeOf } from '../../../kube/client/nodeuser.ts';
import type { Node } from '../../../kube/kinds/objects.data.ts';
import { collectionPrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionPlugin } from './plugin.ts';

/**
 * Nodes choose the ranges of their pods themselves, because a range of loopback addresses has to be free on the machine, too: of two that
 * choose the same at once, the second is refused. Where Kubernetes' controllers give out ranges, no node says any.
 */
export const nodeRanges = (store: Pick<Store, 'list'>): AdmissionPlugin => ({
  name: 'NodeRanges',
  confirm({ user, kind, subresource, object }) {
    if (kind.group !== '' || kind.plural !== 'nodes' || subresource !== undefined) return;
    const { metadata, spec } = object as Node;
    if (nodeOf(user) === undefined || !spec?.podCIDR) return;
    const others = store.list(collectionPrefix('', 'nodes')).map(({ object: stored }) => stored as Node);
    const other = others.find(
      (one) => one.metadata.name !== metadata.name && one.spec?.podCIDR === spec.podCIDR,
    );
    if (other)
      throw forbidden(
        kind,
        metadata.name ?? '',
        `node "${other.metadata.name}" has the range ${spec.podCIDR} already`,
      );
  },
});
