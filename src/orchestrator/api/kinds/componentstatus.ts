import { COMPONENT_STATUS } from '../../../kube/kinds/componentstatus.ts';
import type { ComponentStatus } from '../../../kube/kinds/objects.data.ts';
import { column, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_COMPONENT_STATUS: ServedRow = {
  kind: COMPONENT_STATUS,
  strategy: PLAIN,
  columns: [
    NAME,
    column<ComponentStatus>('Status', (component) => {
      const healthy = healthOf(component);
      if (!healthy) return 'Unknown';
      return healthy.status === 'True' ? 'Healthy' : 'Unhealthy';
    }),
    column<ComponentStatus>('Message', (component) => healthOf(component)?.message ?? ''),
    column<ComponentStatus>('Error', (component) => healthOf(component)?.error ?? ''),
  ],
  subresources: [],
  without: ['create', 'delete', 'deletecollection', 'patch', 'update', 'watch'],
};

const healthOf = ({ conditions }: ComponentStatus) => conditions?.find(({ type }) => type === 'Healthy');
