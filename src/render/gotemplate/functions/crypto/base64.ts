import { GoError } from '../../values.ts';

const WHOLE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/;

/** As Go's StdEncoding reads it: line breaks are skipped, padding is due. @throws GoError in its words */
export function fromBase64(text: string): Buffer {
  const digits = text.replace(/[\r\n]/g, '');
  const whole = WHOLE.exec(digits)?.[0].length ?? 0;
  if (whole < digits.length) throw new GoError(`illegal base64 data at input byte ${whole}`);
  return Buffer.from(digits, 'base64');
}

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
