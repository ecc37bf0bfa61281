/** The release of Kubernetes whose published schemas `data` holds. */
export const SCHEMA_VERSION = 'v1.35.0';
