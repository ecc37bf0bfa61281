/** The usages of the certificates API as X.509 writes them (Kubernetes `pkg/controller/certificates/authority/policies.go`). */

/** Usage → its bit of KeyUsage, counted from the left (RFC 5280 §4.2.1.3). */
const BITS: Readonly<Record<string, number>> = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
  'encipher only': 7,
  'decipher only': 8,
};

/** Usage → purpose of ExtendedKeyUsage (§4.2.1.12), in the order in which they are written. */
const PURPOSES: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};

/** A named bit list: without the zeros at its end. Empty for usages that have no bit. */
export function keyUsageBits(usages: readonly string[]): { readonly bytes: Buffer; readonly unused: number } {
  const set = usages.flatMap((usage) => BITS[usage] ?? []);
  if (set.length === 0) return { bytes: Buffer.alloc(0), unused: 0 };
  const last = Math.max(...set);
  const bytes = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const bit of set) {
    const at = Math.floor(bit / 8);
    bytes.writeUInt8(bytes.readUInt8(at) | (0x80 >> (bit % 8)), at);
  }
  return { bytes, unused: 7 - (last % 8) };
}

/** Object identifiers, each once. */
export const purposesOf = (usages: readonly string[]): readonly string[] => [
  ...new Set(Object.entries(PURPOSES).flatMap(([usage, oid]) => (usages.includes(usage) ? [oid] : []))),
];
