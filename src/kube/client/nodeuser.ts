import type { User } from './client.ts';

const GROUP = 'system:nodes';
const PREFIX = 'system:node:';

/** The node whose agent a user is; undefined: of none (apiserver `authentication/nodeidentifier`: both the name and the group say so). */
export const nodeOf = ({ name, groups }: User): string | undefined =>
  groups.includes(GROUP) && name.startsWith(PREFIX) && name.length > PREFIX.length
    ? name.slice(PREFIX.length)
    : undefined;
