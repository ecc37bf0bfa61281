/** Whether an address leads others where it leads us: one of this machine leads whoever reads it to theirs. */
export function isPublic(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const isLocal = /^(localhost|127\.|\[::1\]|0\.0\.0\.0)|\.localhost$/.test(hostname);
  return (protocol === 'https:' || protocol === 'http:') && !isLocal;
}
