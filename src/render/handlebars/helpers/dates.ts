import { formatTime } from '../../gotemplate/time/format.ts';
import { fromDate } from '../../gotemplate/time/instant.ts';
import { type Helper, HelperError, text } from '../helper.ts';

export const DATES: Readonly<Record<string, Helper>> = {
  /** `date "2006-01-02" "2026-03-01T10:00:00Z"`: by a layout of Go, in UTC; the value is RFC 3339 text or milliseconds. */
  date: (layout, value) => {
    const at = new Date(typeof value === 'number' ? value : text(value));
    if (Number.isNaN(at.getTime())) throw new HelperError(`${JSON.stringify(value)} is not a time`);
    return formatTime(fromDate(at), text(layout));
  },
};
