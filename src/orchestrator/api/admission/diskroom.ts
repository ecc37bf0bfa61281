import type { Problem } from '../../../base/errors.ts';
import { stringifyJson } from '../../../kube/values/json.ts';
import { type StatusError, statusError } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** An annotation, a replica count, a node's name: what stops, moves or ends something is written with little. */
const SMALL_GROWTH = 1_024;

/**
 * A disk that is nearly full takes no new objects and none that grow; deletions, what releases a finalizer, statuses and changes of a few
 * words go on, for with them room is made. etcd at its quota refuses all but deletions ("mvcc: database space exceeded", without a reason
 * of its own); RFC 4918 has a code for it: StatusError InsufficientStorage.
 */
export function diskRoom(lacksRoom: () => Problem | undefined): AdmissionPlugin {
  return {
    name: 'DiskRoom',
    confirm({ operation, object, live, dryRun }) {
      if (dryRun || operation === 'DELETE') return;
      const lack = lacksRoom();
      if (lack === undefined || object.metadata.deletionTimestamp !== undefined) return;
      if (live && sizeOf(object) <= sizeOf(live) + SMALL_GROWTH) return;
      throw insufficientStorage(lack);
    },
  };
}

const insufficientStorage = ({ message, remedy }: Problem): StatusError =>
  statusError('InsufficientStorage', remedy ? `${message} → ${remedy}` : message);

/** Without what the system writes itself: status, and who owns which field. */
const sizeOf = ({ status: _, metadata: { managedFields: __, ...metadata }, ...rest }: KubeObject): number =>
  stringifyJson({ ...rest, metadata }).length;
