import { createHash } from 'node:crypto';
import type { PreviewTerms } from './types.ts';

/** How previews are named, and which branches they are of. Pure. */

/** Environments of previews are called so, and no other may be where a delivery has previews. */
export const PREVIEW_PREFIX = 'preview-';

/** So long may a slug be: `preview-<slug>` and `<slug>.example.com` stay names, and a label of DNS has room for more. */
const SLUG_LENGTH = 30;
/** An RFC 1123 label. */
const LABEL_LENGTH = 63;

const hashOf = (delivery: string, branch: string, digits: number): string =>
  createHash('sha256').update(`${delivery}\n${branch}`).digest('hex').slice(0, digits);

const trimmed = (text: string): string => text.replace(/^-+|-+$/g, '');

/**
 * `feature/Login page` → `feature-login-page`. Several branches may come to the same: the first keeps it, and `isTaken` tells the others,
 * which have a digest of the branch behind it.
 */
export function slugOf(delivery: string, branch: string, isTaken: (slug: string) => boolean): string {
  const plain = trimmed(branch.toLowerCase().replace(/[^a-z0-9]+/g, '-'));
  const short = trimmed(plain.slice(0, SLUG_LENGTH));
  if (short !== '' && short === plain && !isTaken(short)) return short;
  const hash = hashOf(delivery, branch, 6);
  return `${trimmed(plain.slice(0, SLUG_LENGTH - 1 - hash.length)) || 'branch'}-${hash}`;
}

export const previewName = (slug: string): string => `${PREVIEW_PREFIX}${slug}`;

/** `shop-feature-login-1a2b3c4d`, at most 63 characters; of the whole name of the branch, so that no two branches share one. */
export function previewNamespace(delivery: string, slug: string, branch: string): string {
  const hash = hashOf(delivery, branch, 8);
  const room = LABEL_LENGTH - delivery.length - hash.length - 2;
  return `${delivery}-${trimmed(slug.slice(0, room))}-${hash}`;
}

/** The host of one preview, of `{slug}.preview.example.com`. */
export const previewHost = (template: string, slug: string): string => template.replaceAll('{slug}', slug);

/** Branches below it are Pilotage's own, as those of its pull requests: nobody works there, and no preview is made of one. */
export const OWN_BRANCHES = 'pilotage/';

/** Whether a branch may have a preview by one of the patterns. */
export const isMeantBy = (patterns: readonly string[], branch: string): boolean =>
  !branch.startsWith(OWN_BRANCHES) && patterns.some((pattern) => matchesBranch(pattern, branch));

/**
 * Whether a branch is meant by a pattern: `*` stands for any characters but `/`, `**` for any. Whoever writes patterns may be hostile, so this takes
 * as many steps as the two texts have characters, multiplied: no regular expression, which could go back and forth.
 */
export function matchesBranch(pattern: string, branch: string): boolean {
  const parts = pattern.match(/\*+|[^*]/gu) ?? [];
  // Which beginnings of the pattern match what has been read.
  let reached = closure(parts, new Set([0]));
  for (const character of branch) {
    const next = new Set<number>();
    for (const at of reached) {
      const part = parts[at];
      if (part === undefined) continue;
      if (part === character) next.add(at + 1);
      else if (part.length > 1 && part.startsWith('*')) next.add(at);
      else if (part === '*' && character !== '/') next.add(at);
    }
    reached = closure(parts, next);
  }
  return reached.has(parts.length);
}

/** With the places behind stars, which may stand for nothing. */
function closure(parts: readonly string[], places: Set<number>): Set<number> {
  for (const at of places) if (parts[at]?.startsWith('*')) places.add(at + 1);
  return places;
}

/** When a preview ends by itself, in milliseconds: so long after the last push or the word that extended it. */
export function expiryOf({ activeAt, ttlSeconds, keepUntil }: PreviewTerms): number {
  const byPush = Date.parse(activeAt) + ttlSeconds * 1000;
  return keepUntil === undefined ? byPush : Math.max(byPush, Date.parse(keepUntil));
}

/** When a preview goes to sleep; undefined: never by itself, or it sleeps. */
export function sleepOf({ usedAt, idleSeconds, asleep }: PreviewTerms): number | undefined {
  return idleSeconds === undefined || asleep ? undefined : Date.parse(usedAt) + idleSeconds * 1000;
}
