import { runeCount } from '../kinds.ts';

/** The flags of one verb: `%+08.3f`. Width and precision are undefined where the format has none. */
export class Flags {
  width: number | undefined = undefined;
  precision: number | undefined = undefined;
  minus = false;
  plus = false;
  sharp = false;
  space = false;
  zero = false;
  /** `%+v` and `%#v`: modes of the whole value instead of flags of its parts. */
  plusV = false;
  sharpV = false;
}

/** A text in its width; the 0 flag pads with zeros, to the left only. */
export function pad(text: string, flags: Flags): string {
  if (!flags.width) return text;
  const missing = flags.width - runeCount(text);
  if (missing <= 0) return text;
  if (flags.minus) return text + ' '.repeat(missing);
  return (flags.zero ? '0' : ' ').repeat(missing) + text;
}

/** `pad` with spaces, whatever the 0 flag says. */
export function padSpaces(text: string, { width, minus }: Flags): string {
  const missing = (width ?? 0) - runeCount(text);
  if (missing <= 0) return text;
  return minus ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}

/** The first characters of a text, as many as the precision allows. */
export function truncate(text: string, { precision }: Flags): string {
  if (precision === undefined || text.length <= precision) return text;
  let end = 0;
  for (let count = 0; count < precision && end < text.length; count++)
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
