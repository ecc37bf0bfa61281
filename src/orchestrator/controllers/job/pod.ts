import type { Container, Job, Pod, PodSpec } from '../../../kube/kinds/objects.data.ts';
import { podFromTemplate } from '../podtemplate.ts';
import { hasLimitPerIndex } from './facts.ts';
import { judgeFailure } from './failurepolicy.ts';
import { COMPLETION_INDEX, INDEX_FAILURES, INDEX_IGNORED_FAILURES, TRACKING_FINALIZER } from './labels.ts';
import { countAt } from './podfacts.ts';

/** The API server adds five characters, and cuts what is longer (apiserver `storage/names/generate.go`). */
const LONGEST_PREFIX = 58;
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

/** A pod from the template of a Job, `replaced`: the failed one whose place it takes (Kubernetes `job_controller.go` manageJob). */
export function podFrom(job: Job, index: number | undefined, replaced: Pod | undefined): Pod {
  const pod = podFromTemplate(job, job.spec.template);
  const { finalizers = [] } = pod.metadata;
  const held = [...finalizers.filter((one) => one !== TRACKING_FINALIZER), TRACKING_FINALIZER];
  const own: Pod = { ...pod, metadata: { ...pod.metadata, finalizers: held } };
  return index === undefined ? own : withIndex(own, job, index, replaced);
}

function withIndex(pod: Pod, job: Job, index: number, replaced: Pod | undefined): Pod {
  const { metadata, spec } = pod;
  const { name = '' } = job.metadata;
  const suffix = `-${index}-`;
  return {
    ...pod,
    metadata: {
      ...metadata,
      generateName: `${name.slice(0, LONGEST_PREFIX - suffix.length)}${suffix}`,
      labels: { ...metadata.labels, [COMPLETION_INDEX]: String(index) },
      annotations: {
        ...metadata.annotations,
        [COMPLETION_INDEX]: String(index),
        ...(hasLimitPerIndex(job) ? failureCounts(job, replaced) : {}),
      },
    },
    spec: withIndexVariable({ ...spec, hostname: `${name}-${index}` }),
  };
}

/** What the pod inherits from the one that it replaces, whose failure is counted in. */
function failureCounts(job: Job, replaced: Pod | undefined): Readonly<Record<string, string>> {
  if (!replaced) return { [INDEX_FAILURES]: '0' };
  const { counts } = judgeFailure(job, replaced);
  const failures = countAt(replaced, INDEX_FAILURES) + Number(counts);
  const ignored = countAt(replaced, INDEX_IGNORED_FAILURES) + Number(!counts);
  return {
    [INDEX_FAILURES]: String(failures),
    ...(ignored > 0 ? { [INDEX_IGNORED_FAILURES]: String(ignored) } : {}),
  };
}

/** By the label, so that the template is the same for every index (Kubernetes `indexed_job_utils.go` addCompletionIndexEnvVariable). */
function withIndexVariable(spec: PodSpec): PodSpec {
  const { containers, initContainers } = spec;
  return {
    ...spec,
    containers: containers.map(withVariable),
    ...(initContainers ? { initContainers: initContainers.map(withVariable) } : {}),
  };
}

function withVariable(container: Container): Container {
  const { env = [] } = container;
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const fieldRef = { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` };
  return { ...container, env: [...env, { name: INDEX_VARIABLE, valueFrom: { fieldRef } }] };
}
