import type { Pod } from '../kube/kinds/objects.data.ts';
import { explainPod, failureOf } from './causes.ts';
import { isReady, statusesOf } from './podparts.ts';
import { stuckReason } from './stuck.ts';
import type { Verdict } from './verdict.ts';
import type { Related } from './verdicts.related.ts';

type Rule = (object: Pod, related: Related) => Verdict;

/** Argo CD gitops-engine `health_pod.go`: reasons of a waiting container that do not resolve by waiting. */
const FATAL_WAITING = /^Err|Error$|BackOff$/;

/** Healthy, or why not, by the pod's restart policy. */
export const podVerdict: Rule = (pod, related) => {
  if (pod.status?.phase === 'Succeeded') return { state: 'Healthy', reason: 'Succeeded' };
  if (pod.status?.phase === 'Failed') {
    return { state: 'Degraded', reason: pod.status.reason ?? 'Failed', ...message(failureOf(pod)) };
  }
  const cause = explainPod(pod, related.events);
  const waiting = statusesOf(pod).find((c) => FATAL_WAITING.test(c.state?.waiting?.reason ?? ''));
  if (waiting) return { state: 'Degraded', reason: waiting.state?.waiting?.reason, ...message(cause) };
  const stuck = stuckReason(pod, related.now);
  if (stuck) return { state: 'Degraded', reason: stuck, ...message(cause) };
  if (pod.status?.phase !== 'Running') return { state: 'Progressing', reason: 'Pending', ...message(cause) };
  if ((pod.spec.restartPolicy ?? 'Always') !== 'Always') return { state: 'Progressing', reason: 'Running' };
  if (isReady(pod)) return { state: 'Healthy' };
  const crashed = statusesOf(pod).some((c) => c.lastState?.terminated !== undefined);
  return {
    state: crashed ? 'Degraded' : 'Progressing',
    reason: crashed ? 'Restarting' : 'NotReady',
    ...message(cause),
  };
};

const message = (text: string | undefined): { message?: string } => (text ? { message: text } : {});
