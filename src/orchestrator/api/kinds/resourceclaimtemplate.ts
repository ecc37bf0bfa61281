import type { ResourceClaimTemplate } from '../../../kube/kinds/objects.data.ts';
import { RESOURCE_CLAIM_TEMPLATE } from '../../../kube/kinds/resourceclaimtemplate.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { AGE, NAME } from './columns.ts';
import { adminAccess, exactRequests, withoutGatedFields } from './deviceclaims.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_RESOURCE_CLAIM_TEMPLATE: ServedRow = {
  kind: RESOURCE_CLAIM_TEMPLATE,
  strategy: {
    ...PLAIN,
    prepareForCreate: withShownSpec,
    prepareForUpdate: withShownSpec,
    validate: (object, live, world) =>
      live
        ? []
        : adminAccess(
            object,
            exactRequests((object as ResourceClaimTemplate).spec.spec),
            'spec.devices.requests',
            world,
          ),
  },
  columns: [NAME, AGE],
  subresources: [],
};

function withShownSpec(object: KubeObject): KubeObject {
  const template = object as ResourceClaimTemplate;
  return { ...template, spec: { ...template.spec, spec: withoutGatedFields(template.spec.spec) } };
}
