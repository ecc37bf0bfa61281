import type { Clock } from '../../../base/clock.ts';
import type { Problem } from '../../../base/errors.ts';
import type { Store } from '../../store/types.ts';
import type { Authorization } from '../authorization.ts';
import { certificateApproval } from './certificateapproval.ts';
import { certificateSigning } from './certificatesigning.ts';
import { certificateSubject } from './certificatesubject.ts';
import { persistentVolumeClaimResize } from './claimresize.ts';
import type { AdmissionConfiguration } from './configurationfile.ts';
import { defaultIngressClass, defaultStorageClass } from './defaultclasses.ts';
import { defaultTolerationSeconds } from './defaulttolerationseconds.ts';
import { diskRoom } from './diskroom.ts';
import { limitRanger } from './limitranger.ts';
import { mutatingWebhooks } from './mutatingwebhooks.ts';
import { namespaceLifecycle } from './namespacelifecycle.ts';
import { nodeRanges } from './noderanges.ts';
import { nodeRestriction } from './noderestriction.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { podSecurity } from './podsecurity.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resourcequota.ts';
import { roleGrants } from './rolegrants.ts';
import { runtimeClass } from './runtimeclass.ts';
import { storageObjectInUseProtection } from './storageprotection.ts';
import { taintNodesByCondition } from './taintnodesbycondition.ts';
import { validatingPolicies } from './validatingpolicies.ts';
import { validatingWebhooks } from './validatingwebhooks.ts';
import type { WebhookWorld } from './webhooks/call.ts';

export interface AdmissionWorld extends WebhookWorld {
  readonly store: Store;
  readonly clock: Clock;
  /** Why the disk takes nothing that grows. */
  readonly lacksRoom: () => Problem | undefined;
  readonly assertMayGrant: Authorization['assertMayGrant'];
  readonly configuration: AdmissionConfiguration;
}

/**
 * The plug-ins in Kubernetes' order (`pkg/kubeapiserver/options/plugins.go`, AllOrderedPlugins), one file each. `more` stand where
 * ServiceAccount does: a write to a namespace that is not there reaches none of them, and what they add counts in all that follow.
 */
export const admissionPlugins = (
  world: AdmissionWorld,
  more: readonly AdmissionPlugin[] = [],
): readonly AdmissionPlugin[] => [
  namespaceLifecycle(world.store),
  limitRanger(world.store),
  ...more,
  nodeRestriction,
  nodeRanges(world.store),
  taintNodesByCondition,
  roleGrants(world.assertMayGrant),
  podSecurity(world.store, world.configuration.podSecurity),
  priority(world.store),
  defaultTolerationSeconds,
  defaultStorageClass(world.store),
  storageObjectInUseProtection,
  persistentVolumeClaimResize(world.store),
  runtimeClass(world.store),
  certificateApproval(world.authorize),
  certificateSigning(world.authorize),
  certificateSubject,
  defaultIngressClass(world.store),
  mutatingWebhooks(world),
  validatingPolicies(world),
  validatingWebhooks(world),
  resourceQuota(world),
  diskRoom(world.lacksRoom),
];
