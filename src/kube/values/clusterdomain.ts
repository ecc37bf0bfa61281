/** What names of the cluster end with: who searches for them and who answers agree. */
export const CLUSTER_DOMAIN = 'cluster.local';
