import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ContainerRef } from '../spec.ts';

/** kubelet `pkg/kubelet/kuberuntime`: what FallbackToLogsOnError takes of a log. */
const BYTES = 2048;
const LINES = 80;

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

/** At most 80 lines and 2 KiB from the end, whole lines where there are several; '' for what cannot be read. */
export function lastOutput(file: string): string {
  try {
    const fd = openSync(file, 'r');
    try {
      const { size } = fstatSync(fd);
      const start = Math.max(0, size - BYTES);
      const buffer = Buffer.alloc(size - start);
      const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start));
      const newline = start > 0 ? text.trimEnd().indexOf('\n') : -1;
      return text
        .slice(newline + 1)
        .trimEnd()
        .split('\n')
        .slice(-LINES)
        .join('\n');
    } finally {
      closeSync(fd);
    }
  } catch {
    // Not there, or not a file any more: the exit code alone has to do.
    return '';
  }
}
