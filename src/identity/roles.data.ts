import { DELIVERY_VERBS, ENVIRONMENT_VERBS } from '../model/kinds/deliveryrole.ts';
import type { DeliveryRole } from '../model/types.ts';

type Spec = DeliveryRole['spec'];

const VIEWER: Spec = {
  description: 'Sees what is delivered, and reads the repository.',
  deliveries: ['get', 'pull'],
  environments: ['get'],
  clusterRole: 'view',
};

const ADMIN: Spec = {
  description: 'Everything, in what it is granted for; granted for everything, it also manages users.',
  deliveries: [...DELIVERY_VERBS],
  environments: [...ENVIRONMENT_VERBS],
  clusterRole: 'admin',
  administers: true,
};

/** Roles that every Pilotage has; written at each start. Own roles are further objects. */
export const BUILTIN_ROLES: Readonly<Record<string, Spec>> = {
  viewer: VIEWER,
  developer: {
    description: 'Pushes, and asks for a reconcile.',
    deliveries: ['get', 'pull', 'push'],
    environments: ['get', 'push', 'sync', 'setimage'],
    clusterRole: 'edit',
  },
  deployer: {
    description: 'Promotes, rolls back and holds; approves nothing.',
    deliveries: ['get', 'pull'],
    environments: ['get', 'sync', 'promote', 'reject', 'hold', 'suspend', 'rollback', 'pin', 'backport'],
    clusterRole: 'view',
  },
  'image-setter': {
    description: 'Sets images that were built, and sees what comes of it: for CI.',
    deliveries: ['get'],
    environments: ['get', 'setimage'],
    clusterRole: 'view',
  },
  approver: {
    description: 'Approves what others promote.',
    deliveries: ['get', 'pull'],
    environments: ['get', 'approve', 'reject'],
    clusterRole: 'view',
  },
  admin: ADMIN,
  // The three global roles of Rancher, for those who come from there.
  administrator: { ...ADMIN, description: 'As admin: Rancher’s Administrator.' },
  'standard-user': {
    description: 'Makes deliveries, which are then its own: Rancher’s Standard User.',
    deliveries: ['init'],
  },
  'user-base': { description: 'Signs in, and nothing else: Rancher’s User-Base.' },
};
