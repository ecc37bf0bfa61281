/** An exact decimal with the suffix family it was written in (apimachinery `pkg/api/resource`). */
export interface Quantity {
  /** value = digits × 10^exponent */
  readonly digits: bigint;
  readonly exponent: number;
  readonly format: 'BinarySI' | 'DecimalSI' | 'DecimalExponent';
}

/** undefined for what is not a quantity. */
export function parseQuantity(_text: string | number): Quantity | undefined {
  throw new Error('signature only');
}
/** Negative, zero or positive. */
export function compareQuantities(_a: Quantity, _b: Quantity): number {
  throw new Error('signature only');
}
export function addQuantities(_a: Quantity, _b: Quantity): Quantity {
  throw new Error('signature only');
}
export function subtractQuantities(_a: Quantity, _b: Quantity): Quantity {
  throw new Error('signature only');
}
/** Canonical text: `1500m` → `1500m`, `1000m` → `1`, `1024Mi` → `1Gi`. */
export function formatQuantity(_quantity: Quantity): string {
  throw new Error('signature only');
}
/** Value × 10^3 rounded up: CPU in millicores. */
export function milliValue(_quantity: Quantity): number {
  throw new Error('signature only');
}
/** Value rounded up to a whole number: memory in bytes. */
export function wholeValue(_quantity: Quantity): number {
  throw new Error('signature only');
}
