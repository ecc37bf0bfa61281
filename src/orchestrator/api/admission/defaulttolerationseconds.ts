import type { Pod, Toleration } from '../../../kube/kinds/objects.data.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { isPodWrite } from './pods.ts';

const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const SECONDS = 300;

/** A pod stays for five minutes on a node that is lost, unless it says otherwise (Kubernetes `plugin/pkg/admission/defaulttolerationseconds`). */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  mutate(attributes) {
    if (!isPodWrite(attributes)) return attributes.object;
    const pod = attributes.object as Pod;
    const { tolerations = [] } = pod.spec;
    const missing = TAINTS.filter((key) => !tolerations.some((one) => concerns(one, key)));
    if (missing.length === 0) return pod;
    const added = missing.map(
      (key): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }),
    );
    return { ...pod, spec: { ...pod.spec, tolerations: [...tolerations, ...added] } };
  },
};

/** The plug-in's own rule: whatever the value, such a toleration is the person's word on that taint. */
const concerns = ({ key, effect }: Toleration, taint: string): boolean =>
  (!key || key === taint) && (!effect || effect === 'NoExecute');
