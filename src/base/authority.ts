/** HOST or HOST:PORT, an IPv6 address in brackets; without a scheme, a user or a path. */
export const isAuthority = (word: string): boolean =>
  /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(word) && URL.canParse(`http://${word}`);
