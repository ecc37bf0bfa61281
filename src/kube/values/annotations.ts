/** What kubectl's client-side apply remembers in the object itself. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** The number of a rollout: the controller of Deployments writes it to them and to their ReplicaSets, and kubectl `rollout history` reads it. */
export const DEPLOYMENT_REVISION = 'deployment.kubernetes.io/revision';
