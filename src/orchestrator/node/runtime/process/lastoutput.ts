import type { ContainerRef } from '../spec.ts';
import { readTail } from './logtail.ts';

/** kubelet `pkg/kubelet/kuberuntime`: what FallbackToLogsOnError takes of a log. */
const TAIL = { bytes: 2048, lines: 80 };

/** The end of what ended containers printed, read once each: a log does not change any more then. */
export interface LastOutputs {
  of(ref: ContainerRef): string;
  forget(ref: ContainerRef): void;
  forgetPod(pod: string): void;
}

export function createLastOutputs(logFile: (ref: ContainerRef) => string): LastOutputs {
  /** By pod, then by container and attempt. */
  const known = new Map<string, Map<string, string>>();
  const keyOf = ({ container, attempt }: ContainerRef): string => `${container}/${attempt}`;
  return {
    of(ref) {
      const own = known.get(ref.pod) ?? new Map<string, string>();
      known.set(ref.pod, own);
      const text = own.get(keyOf(ref)) ?? lastOutput(logFile(ref));
      own.set(keyOf(ref), text);
      return text;
    },
    forget: (ref) => void known.get(ref.pod)?.delete(keyOf(ref)),
    forgetPod: (pod) => void known.delete(pod),
  };
}

function lastOutput(log: string): string {
  try {
    return readTail(log, TAIL);
  } catch {
    // Not there, or not a file any more: the exit code alone has to do.
    return '';
  }
}
