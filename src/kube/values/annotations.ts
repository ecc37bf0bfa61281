/** What kubectl's client-side apply remembers in the object itself. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
