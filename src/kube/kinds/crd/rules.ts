import { type CompiledRule, compileRules } from '../../cel/schemarules.ts';
import { maxCardinality } from '../../cel/schematype.ts';
import type { Schema, ValidationRule } from '../../schema/schema.ts';
import { type FieldError, forbidden, invalid, notSupported, required } from '../../values/fielderrors.ts';
import { fieldPathProblem } from './fieldpath.ts';

/** Kubernetes' `StaticEstimatedCostLimit` and `StaticEstimatedCRDCostLimit`. */
const RULE_COST = 10_000_000;
const DEFINITION_COST = 100_000_000;
/** Characters of all rules of a definition: compiling them takes a quarter of a second. */
const MOST_SOURCE = 200_000;

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/**
 * The rules of a definition's schemas: what is written of them, that they compile, and that no object could make them too expensive
 * (apiextensions `validation.go`, ValidateCustomResourceDefinitionOpenAPISchema).
 */
export function createRuleCheck(): (schema: Schema, path: string) => readonly FieldError[] {
  const source = { left: MOST_SOURCE };
  return (schema, path) => {
    const check: Check = { errors: [], expensive: [], total: 0, source };
    visit(schema, { path, cardinality: 1, isResource: true, uncorrelatable: undefined }, check);
    return check.total > DEFINITION_COST ? [...check.errors, ...tooExpensive(check, path)] : check.errors;
  };
}

interface Check {
  readonly errors: FieldError[];
  readonly expensive: string[];
  total: number;
  readonly source: { left: number };
}

interface Place {
  readonly path: string;
  /** How often the node may be in one object; undefined: nothing bounds it. */
  readonly cardinality: number | undefined;
  readonly isResource: boolean;
  /** The node above whose parts before and after a write do not correspond. */
  readonly uncorrelatable: string | undefined;
}

function visit(schema: Schema, place: Place, check: Check): void {
  // Built-in types are the server's own.
  if (schema.name !== undefined) return;
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const path = `${place.path}.properties[${key}]`;
    visit(child, { ...place, path, isResource: child.embeddedResource === true }, check);
  }
  const { additional, items } = schema;
  if (additional) {
    const cardinality = times(place.cardinality, schema.maxProperties);
    const path = `${place.path}.additionalProperties`;
    visit(
      additional,
      { ...place, path, cardinality, isResource: additional.embeddedResource === true },
      check,
    );
  }
  if (items) {
    const cardinality = times(place.cardinality, schema.maxItems);
    const uncorrelatable = schema.listType === 'map' ? place.uncorrelatable : place.path;
    const path = `${place.path}.items`;
    visit(items, { path, cardinality, uncorrelatable, isResource: items.embeddedResource === true }, check);
  }
  if (schema.validations) checkNode(schema, schema.validations, place, check);
}

const times = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a * b;

function checkNode(schema: Schema, rules: readonly ValidationRule[], place: Place, check: Check): void {
  const at = (i: number) => `${place.path}.x-kubernetes-validations[${i}]`;
  const written = rules.flatMap((rule, i) => checkText(rule, schema, at(i)));
  check.errors.push(...written);
  for (const rule of rules) check.source.left -= rule.rule.length + (rule.messageExpression?.length ?? 0);
  if (check.source.left < 0) {
    check.errors.push(forbidden(place.path, 'the rules of this definition are too large together'));
    return;
  }
  // A schema that is wrong itself makes for messages that help nobody.
  if (check.errors.some(({ field }) => field.startsWith(place.path))) return;
  for (const [i, compiled] of compileRules(schema, place.isResource).entries())
    checkCompiled(compiled, place, at(i), check);
}

function checkCompiled(compiled: CompiledRule, place: Place, at: string, check: Check): void {
  const { rule, program, problem, message, messageProblem, usesOldSelf } = compiled;
  if (problem !== undefined) check.errors.push(invalid(`${at}.rule`, rule, problem));
  if (program) {
    const cardinality = place.cardinality ?? maxCardinality(compiled.type);
    spend(program.estimate().max * cardinality, 'estimated rule cost', `${at}.rule`, check);
  }
  if (messageProblem !== undefined)
    check.errors.push(invalid(`${at}.messageExpression`, rule, messageProblem));
  if (message)
    spend(message.estimate().max, 'estimated messageExpression cost', `${at}.messageExpression`, check);
  if (usesOldSelf && place.uncorrelatable !== undefined) {
    const where = place.uncorrelatable;
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${where}`;
    check.errors.push(invalid(`${at}.rule`, rule.rule, detail));
  } else if (program && !usesOldSelf && rule.optionalOldSelf !== undefined) {
    const detail = 'may not be set if oldSelf is not used in rule';
    check.errors.push(invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, detail));
  }
}

function spend(cost: number, what: string, at: string, check: Check): void {
  check.total += cost;
  if (cost > RULE_COST) check.errors.push(forbidden(at, exceeds(what, cost, RULE_COST)));
  if (cost >= DEFINITION_COST / 100) check.expensive.push(at);
}

/** Of each rule that takes more than a hundredth of the limit, and of all of them. */
const tooExpensive = ({ expensive, total }: Check, path: string): readonly FieldError[] => [
  ...expensive
    .slice(0, 4)
    .map((at) =>
      forbidden(
        at,
        'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
      ),
    ),
  forbidden(
    path,
    exceeds(
      'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema',
      total,
      DEFINITION_COST,
    ),
  ),
];

function exceeds(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown =
    factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return (
    `${what} exceeds budget by factor of ${shown} ` +
    '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)'
  );
}

function checkText(rule: ValidationRule, schema: Schema, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { message, messageExpression, reason, fieldPath } = rule;
  const text = (rule.rule ?? '').trim();
  const hasBreak = (line: string) => /[\n\r]/.test(line);
  if (text === '') errors.push(required(`${at}.rule`, 'rule is not specified'));
  else if (message && message.trim() === '')
    errors.push(invalid(`${at}.message`, message, 'must be non-empty if specified'));
  else if (message && hasBreak(message.trim()))
    errors.push(invalid(`${at}.message`, message, 'must not contain line breaks'));
  else if (hasBreak(text) && !message)
    errors.push(required(`${at}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression && messageExpression.trim() === '')
    errors.push(required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (reason !== undefined && !REASONS.includes(reason))
    errors.push(notSupported(`${at}.reason`, reason, REASONS));
  if (!fieldPath) return errors;
  if (fieldPath.trim() === '')
    errors.push(invalid(`${at}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  if (hasBreak(fieldPath)) errors.push(invalid(`${at}.fieldPath`, fieldPath, 'must not contain line breaks'));
  if (fieldPathProblem(fieldPath, schema) !== undefined)
    errors.push(invalid(`${at}.fieldPath`, fieldPath, 'must be a valid path'));
  return errors;
}
