/** The well-known labels of EndpointSlices (`k8s.io/api/discovery/v1/well_known_labels.go`). */
export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const HEADLESS = 'service.kubernetes.io/headless';
export const SKIP_MIRROR = 'endpointslice.kubernetes.io/skip-mirror';
