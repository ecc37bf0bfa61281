/** How a machine becomes a node of a cluster elsewhere, and stays one: what `compose/join.ts` puts together. */
export { meetServer, type Trust } from './authority.ts';
export { type NodeCredentials, obtainCertificate } from './certificate.ts';
export { enrol, serviceRange } from './enrol.ts';
export { keepRenewed } from './renewal.ts';
