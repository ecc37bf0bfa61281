import { randomBytes } from 'node:crypto';
import type { Chance } from './gotemplate/chance.ts';
import { generateKey } from './gotemplate/functions/crypto/keys.ts';

/** Random numbers and the time of this machine. */
export const systemChance: Chance = {
  random: (count) => new Uint8Array(randomBytes(count)),
  now: () => new Date(),
  generateKey,
};
