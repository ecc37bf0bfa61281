import { parseCidr } from '../../../base/cidr.ts';
import { overlap } from '../../../base/ipv4range.ts';
import { nodeOf } from '../../../kube/client/nodeuser.ts';
import type { Node, ServiceCIDR } from '../../../kube/kinds/objects.data.ts';
import { collectionPrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** Of 127.0.0.0/16 the machine itself has addresses. */
const FORM = /^127\.([1-9]\d{0,2})\.0\.0\/16$/;

/**
 * Nodes choose the ranges of their pods themselves, because a range of loopback addresses has to be free on the machine, too: of two that
 * choose the same at once, the second is refused. What a node calls its own, others believe to be its pods': it has addresses of nobody
 * else in it, and stays what it is. Where Kubernetes' controllers give out ranges, no node says any.
 */
export const nodeRanges = (store: Pick<Store, 'list'>): AdmissionPlugin => ({
  name: 'NodeRanges',
  confirm({ user, kind, operation, subresource, object, live }) {
    if (kind.group !== '' || kind.plural !== 'nodes' || subresource !== undefined) return;
    if (nodeOf(user) === undefined || operation === 'DELETE') return;
    const { name = '' } = object.metadata;
    const range = (object as Node).spec?.podCIDR;
    const before = (live as Node | undefined)?.spec?.podCIDR;
    if (range === before) return;
    const problem = before
      ? `its range is ${before} and cannot be changed`
      : range && (formProblem(range) ?? takenProblem(store, name, range));
    if (problem) throw forbidden(kind, name, problem);
  },
});

const formProblem = (range: string): string | undefined =>
  FORM.test(range) && parseCidr(range) !== undefined
    ? undefined
    : `the range of its pods must be like 127.7.0.0/16, not "${range}"`;

/** The range has the right form. */
function takenProblem(store: Pick<Store, 'list'>, name: string, range: string): string | undefined {
  const isTaken = (other: string | undefined) =>
    other !== undefined && parseCidr(other)?.bytes.length === 4 && overlap(range, other);
  const nodes = store.list(collectionPrefix('', 'nodes')).map(({ object }) => object as Node);
  const node = nodes.find(({ metadata, spec }) => metadata.name !== name && isTaken(spec?.podCIDR));
  if (node) return `node "${node.metadata.name}" has the range ${node.spec?.podCIDR} already`;
  const services = store.list(collectionPrefix('networking.k8s.io', 'servicecidrs'));
  const found = services.flatMap(({ object }) => (object as ServiceCIDR).spec?.cidrs ?? []).find(isTaken);
  return found && `Services have the range ${found}`;
}
