import type { Readable } from 'node:stream';
import { notServed } from '../errors.ts';
import { type Answer, json } from './answers.ts';

/** Images of processes that this machine has, for nodes on others. */
export interface ImageSource {
  /** `sha256:<hex>`; undefined: there is no such image. */
  digestOf(reference: string): string | undefined;
  /** A tar archive of what is in it; undefined: there is no such content. */
  contentOf(digest: string): Readable | undefined;
}

/** `images/<reference>` says the digest, `contents/<digest>` has the bytes. Who may ask is the authorizer's: nodes, below their own path. */
export function answerImage(source: ImageSource | undefined, what: string, encoded: string): Answer {
  const name = decoded(encoded);
  if (what === 'images') {
    const digest = source?.digestOf(name);
    if (digest !== undefined) return json({ digest });
  } else {
    const body = /^sha256:[0-9a-f]{64}$/.test(name) ? source?.contentOf(name) : undefined;
    if (body) return { type: 'stream', contentType: 'application/x-tar', body };
  }
  throw notServed();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw notServed();
  }
}
