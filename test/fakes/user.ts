import { actingAs, TOKEN_HOLDER, type User } from '../../src/model/user.ts';

/** The holder of the token under this name. */
export const named = (name: string): User => actingAs(TOKEN_HOLDER, name);

/** Somebody who is signed in with an account of this name. */
export const signedIn = (name: string): User => ({ name, groups: [], verified: true });
