import type {
  Gateway,
  GatewayClass,
  HTTPRoute,
  ReferenceGrant,
} from '../../../../kube/kinds/gateways/objects.ts';
import type { Namespace } from '../../../../kube/kinds/objects.data.ts';

/** What there is of the Gateway API. */
export interface GatewayObjects {
  readonly classes: readonly GatewayClass[];
  readonly gateways: readonly Gateway[];
  readonly routes: readonly HTTPRoute[];
  readonly grants: readonly ReferenceGrant[];
  /** For listeners that select namespaces by their labels. */
  readonly namespaces: readonly Namespace[];
}

export const NO_GATEWAYS: GatewayObjects = {
  classes: [],
  gateways: [],
  routes: [],
  grants: [],
  namespaces: [],
};

/** A condition without its time and the generation that it is about. */
export interface Said {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  /** A sentence without its full stop; '' where nothing is amiss. */
  readonly message: string;
}

export const said = (type: string, reason: string, message = '', status: Said['status'] = 'True'): Said => ({
  type,
  status,
  reason,
  message,
});

export const unsaid = (type: string, reason: string, message: string): Said =>
  said(type, reason, message, 'False');

/** Types that are False where all is well. */
const FAULTS: readonly string[] = ['Conflicted', 'PartiallyInvalid'];

export const isFine = ({ type, status }: Said): boolean => (status === 'True') !== FAULTS.includes(type);
