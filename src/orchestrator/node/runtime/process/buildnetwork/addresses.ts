import { isLocalAddress, lookupWithout } from '../../../../../base/localaddresses.ts';

export class LocalAddressError extends Error {
  constructor(host: string) {
    super(`${host} is an address of this machine`);
  }
}

/** Resolves names as ever, and finds none of the machine's own addresses. */
export const lookupElsewhere = lookupWithout(
  (address) => isLocalAddress(address),
  (host) => new LocalAddressError(host),
);
