/** Every built-in kind that the API server serves, a line per kind. */
export { SERVED_CLUSTER_ROLE } from './clusterrole.ts';
export { SERVED_CLUSTER_ROLE_BINDING } from './clusterrolebinding.ts';
export { SERVED_CONFIG_MAP } from './configmap.ts';
export { SERVED_CUSTOM_RESOURCE_DEFINITION } from './customresourcedefinition.ts';
export { SERVED_DEPLOYMENT } from './deployment.ts';
export { SERVED_ENDPOINT_SLICE } from './endpointslice.ts';
export { SERVED_EVENT, SERVED_EVENTS_K8S_IO_EVENT } from './event.ts';
export { SERVED_LEASE } from './lease.ts';
export { SERVED_NAMESPACE } from './namespace.ts';
export { SERVED_NODE } from './node.ts';
export { SERVED_POD } from './pod.ts';
export { SERVED_REPLICA_SET } from './replicaset.ts';
export { SERVED_ROLE } from './role.ts';
export { SERVED_ROLE_BINDING } from './rolebinding.ts';
export { SERVED_SECRET } from './secret.ts';
export { SERVED_SERVICE } from './service.ts';
export { SERVED_SERVICE_ACCOUNT } from './serviceaccount.ts';
