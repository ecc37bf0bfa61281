import type { Taint } from '../../../kube/kinds/objects.data.ts';
import { tolerates } from '../../../kube/kinds/podspec/tolerations.ts';
import type { PodInfo } from '../podinfo.ts';

export const isTolerated = ({ pod }: PodInfo, taint: Taint): boolean =>
  (pod.spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint));

/** The first taint that keeps a pod away (component-helpers `scheduling/corev1/helpers.go` FindMatchingUntoleratedTaint). */
export const untolerated = (pod: PodInfo, taints: readonly Taint[] | undefined): Taint | undefined =>
  taints?.find((taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(pod, taint));
