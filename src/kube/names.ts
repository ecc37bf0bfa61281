/** undefined when valid, else the message of kube-apiserver. */
export type NameCheck = (name: string) => string | undefined;

export const dns1123Label: NameCheck = () => {
  throw new Error('signature only');
};
export const dns1123Subdomain: NameCheck = dns1123Label;
export const dns1035Label: NameCheck = dns1123Label;

/** `base` cut to 58 characters plus five of the safe alphabet; `random(n)` gives an integer in [0, n). */
export function generateName(_base: string, _random: (n: number) => number): string {
  throw new Error('signature only');
}
/** Safe encoding of an FNV-32a hash: what `pod-template-hash` holds. `collisionCount` is mixed in when present. */
export function podTemplateHash(_template: unknown, _collisionCount?: number): string {
  throw new Error('signature only');
}
export function fnv32a(_bytes: Uint8Array): number {
  throw new Error('signature only');
}
export function safeEncode(_text: string): string {
  throw new Error('signature only');
}
