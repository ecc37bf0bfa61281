import type { Job } from '../../../kube/kinds/objects.data.ts';

/** Both prefixed and as they were before Kubernetes 1.27. */
const NAME_LABELS = ['job-name', 'batch.kubernetes.io/job-name'];
const UID_LABELS = ['controller-uid', 'batch.kubernetes.io/controller-uid'];
const SELECTED = 'batch.kubernetes.io/controller-uid';

/**
 * A Job selects its own pods by its uid unless it says that it brings a selector (Kubernetes `pkg/registry/batch/job/strategy.go`,
 * generateSelector). Labels that the template has already stay: where they contradict, validation refuses them.
 */
export function withGeneratedSelector(job: Job): Job {
  const { metadata, spec } = job;
  if (!spec?.template || spec.manualSelector === true) return job;
  const { template, selector } = spec;
  const { name = '', uid = '' } = metadata;
  const generated = Object.fromEntries([
    ...NAME_LABELS.map((label) => [label, name]),
    ...UID_LABELS.map((label) => [label, uid]),
  ]);
  const labels = { ...generated, ...template.metadata?.labels };
  return {
    ...job,
    spec: {
      ...spec,
      selector: { ...selector, matchLabels: { [SELECTED]: uid, ...selector?.matchLabels } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
