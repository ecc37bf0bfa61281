/** What keeps storage that is in use although it has been deleted, by the plural of its kind (Kubernetes `pkg/volume/util/finalizer.go`). */
export const PROTECTION_FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
  volumeattributesclasses: 'kubernetes.io/vac-protection',
};
