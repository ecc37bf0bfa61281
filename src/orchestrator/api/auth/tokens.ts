import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeSecret } from '../../../base/secretfile.ts';
import type { TokenAuthenticator } from './authenticator.ts';

/** Rows of `token,user,uid,"group1,group2"`, as kube-apiserver's --token-auth-file has them. */
function readTokens(text: string): TokenAuthenticator {
  const rows = text
    .split('\n')
    .map((line) => /^([^,#]+),([^,]+),([^,]*)(?:,"?([^"]*)"?)?\s*$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, token = '', name = '', uid = '', groups = '']) => ({
      digest: digestOf(token),
      user: {
        name,
        groups: groups.split(',').filter((group) => group !== ''),
        ...(uid ? { uid } : {}),
      },
    }));
  return (token) => {
    const digest = digestOf(token);
    // Every row is compared, and digests instead of texts: the time taken says nothing about what is close.
    const user = rows.filter((row) => timingSafeEqual(row.digest, digest))[0]?.user;
    return user && { type: 'user', user };
  };
}

/** The tokens file, made with one token of an administrator when absent. */
export function openTokens(path: string): TokenAuthenticator {
  if (!existsSync(path)) {
    writeSecret(path, `${randomBytes(24).toString('base64url')},pilotage-admin,,"system:masters"\n`);
  }
  return readTokens(readFileSync(path, 'utf8'));
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
