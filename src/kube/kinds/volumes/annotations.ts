/** What the parts that bind and provision volumes tell each other (component-helpers `storage/volume/pv_helpers.go`). Values do not matter where none is named. */

/** A claim has been bound: from then on a missing volume means lost data. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** Of a volume or a claim: the controller chose the other side, and may take that back. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** Of a claim: the name of the node that the scheduler chose for its first pod. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** Of a volume: the name of the provisioner that made it, and deletes it. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** Of a claim: the name of the provisioner that is asked for a volume; the older one is still read by some. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
