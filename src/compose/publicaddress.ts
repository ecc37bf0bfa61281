import { authority, isLoopback } from '../base/authority.ts';

export interface FaceAddress {
  /** Where the face listens. */
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  /** By which it is certified and asked for, besides its addresses. */
  readonly names: readonly string[];
  /** Whether it speaks TLS itself. */
  readonly isEncrypted: boolean;
  /** Where an OpenID Connect provider sends browsers: an administrator's word for how people reach the face. */
  readonly callback?: string;
}

/** Where people elsewhere open the face, for links in what they read there; undefined: it is not known that they can. Pure. */
export function publicAddress({ host, port, names, isEncrypted, callback }: FaceAddress): string | undefined {
  if (callback !== undefined) return new URL(callback).origin;
  const name = names.find((one) => !isHere(one));
  if (name === undefined || port === 0 || !isEncrypted || isLoopback(host)) return undefined;
  return new URL(`https://${authority(name, port)}`).origin;
}

/** It leads whoever reads it elsewhere to their own machine. */
const isHere = (name: string): boolean => isLoopback(name) || name.endsWith('.localhost');
