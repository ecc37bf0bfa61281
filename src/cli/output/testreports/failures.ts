import { formatProblem } from '../../../base/errors.ts';
import { formatPlace } from '../../../base/place.ts';
import type { Complaint } from '../../../render/charttest/assertions/kind.ts';
import type { Failure, TestResult } from '../../../render/charttest/run.ts';
import { lineDiff } from './linediff.ts';

/** What did not hold in a test, line by line. */
export function failureLines({ error, failures }: TestResult): readonly string[] {
  const blocks = failures.flatMap(linesOf);
  return [...(error ? formatProblem(error).split('\n') : []), ...blocks];
}

function linesOf({ place, assertion, template, complaints }: Failure): readonly string[] {
  return complaints.flatMap((complaint) => {
    const where = [
      ...(template ? [template] : []),
      ...(complaint.document === undefined ? [] : [`document ${complaint.document}`]),
      ...(complaint.path ? [complaint.path] : []),
    ];
    const at = where.length > 0 ? `${where.join(', ')}: ` : '';
    return [
      `${formatPlace(place)}: ${assertion}: ${at}${complaint.message}`,
      ...shown(complaint).map((line) => `  ${line}`),
    ];
  });
}

function shown({ expected, actual }: Complaint): readonly string[] {
  const [wanted, found] = [expected, actual].map((text) => text?.replace(/\n$/, ''));
  if (wanted !== undefined && found !== undefined) return lineDiff(wanted.split('\n'), found.split('\n'));
  if (wanted !== undefined) return wanted.split('\n').map((line) => `- ${line}`);
  return found === undefined ? [] : found.split('\n').map((line) => `+ ${line}`);
}
