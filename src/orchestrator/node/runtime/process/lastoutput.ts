import type { ContainerRef } from '../spec.ts';
import { FALLBACK, readMessage } from '../terminationmessage.ts';
import { readTail } from './logtail.ts';

export interface Ended {
  readonly failed: boolean;
  readonly messageFile: string | undefined;
}

/** What ended containers said, or the end of what they printed, read once each: neither changes any more then. */
export interface LastOutputs {
  of(ref: ContainerRef, ended: Ended): string;
  forget(ref: ContainerRef): void;
  forgetPod(pod: string): void;
}

export function createLastOutputs(logFile: (ref: ContainerRef) => string): LastOutputs {
  /** By pod, then by container and attempt. */
  const known = new Map<string, Map<string, string>>();
  const keyOf = ({ container, attempt }: ContainerRef): string => `${container}/${attempt}`;
  return {
    of(ref, { failed, messageFile }) {
      const own = known.get(ref.pod) ?? new Map<string, string>();
      known.set(ref.pod, own);
      const text = own.get(keyOf(ref)) ?? (said(messageFile) || (failed ? lastOutput(logFile(ref)) : ''));
      own.set(keyOf(ref), text);
      return text;
    },
    forget: (ref) => void known.get(ref.pod)?.delete(keyOf(ref)),
    forgetPod: (pod) => void known.delete(pod),
  };
}

const said = (messageFile: string | undefined): string =>
  messageFile === undefined ? '' : readMessage(messageFile);

function lastOutput(log: string): string {
  try {
    return readTail(log, FALLBACK);
  } catch {
    // Not there, or not a file any more: the exit code alone has to do.
    return '';
  }
}
