import { type Status, statusError } from '../../../kube/values/status.ts';
import type { StreamError } from '../../link/failure.ts';
import { readResult } from '../../link/requests.ts';

/** A Status without what the API's own carry: what clients know of it. */
export type EndStatus = Omit<Partial<Status>, 'reason'> & { readonly reason?: string };

export const SUCCESS: EndStatus = { metadata: {}, status: 'Success' };

/** How a command ended, in the kubelet's words, which clients read the exit code from (`cri-streaming/remotecommand/exec.go`). */
export function endOfCommand(result: Buffer): EndStatus {
  const exitCode = readResult('exec', result)?.exitCode;
  if (exitCode === undefined) return internalError('how the command ended cannot be read');
  if (exitCode === 0) return SUCCESS;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** The node refused, the link broke, or the container is gone. */
export const failureOf = ({ message }: StreamError): EndStatus =>
  internalError(`error executing command in container: ${message}`);

const internalError = (message: string): EndStatus =>
  statusError('InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] }).status;
