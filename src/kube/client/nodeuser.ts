import type { User } from './client.ts';

/** Every agent is in it. */
export const NODES_GROUP = 'system:nodes';
/** Before the name of the node. */
export const NODE_USER = 'system:node:';

/** The node whose agent a user is; undefined: of none (apiserver `authentication/nodeidentifier`: both the name and the group say so). */
export const nodeOf = ({ name, groups }: User): string | undefined =>
  groups.includes(NODES_GROUP) && name.startsWith(NODE_USER) && name.length > NODE_USER.length
    ? name.slice(NODE_USER.length)
    : undefined;
