/** `Ada.Lovelace@example.com` → `ada-lovelace-example-com`: names of accounts are those of objects, and part of a token's. */
export const accountName = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
