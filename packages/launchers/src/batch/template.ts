// Templates of job scripts: text with {n}, {n//4}, {n:03d}, {queue} … in it. Nothing in a template is run as code. Pure.
import { MusterError } from '@muster/protocol';
import type { Value } from './expression.ts';
import { evaluate } from './expression.ts';
import { formatValue } from './format-spec.ts';

/** Names and what they stand for; numbers can be reckoned with. */
export type TemplateValues = Readonly<Record<string, Value>>;

const maxTemplateChars = 1_000_000;

/**
 * Fills in what stands in braces. Braces of the shell are left alone: ${NAME}, { list; }, {1..4}, '{print $1}'. A template that has
 * doubled braces is written as for Python: there they are braces themselves. Throws MusterError `bad_option` for a name that does
 * not exist, naming those that do.
 */
export function renderTemplate(template: string, values: TemplateValues, title = 'The template of the job'): string {
  if (template.length > maxTemplateChars)
    throw new MusterError('bad_option', `${title} is longer than 1,000,000 characters.`, 'Is it the right file?');
  const doubled = template.includes('{{');
  const pattern = doubled ? /\{\{|\}\}|(?<!\$)\{([^{}\n]*)\}/g : /(?<!\$)\{([^{}\n]*)\}/g;
  return template.replace(pattern, (whole, inner: string | undefined) =>
    inner === undefined ? whole[0]! : (fill(whole, inner, values, title) ?? whole),
  );
}

/** Undefined for what is not meant for us. */
function fill(whole: string, inner: string, values: TemplateValues, title: string): string | undefined {
  const { expression, spec } = split(inner);
  // { list; } and {3} are the shell's and grep's.
  if (/^\s|^\d*$/.test(expression)) return undefined;
  const result = evaluate(expression, values);
  if (result.kind === 'value') {
    const text = formatValue(result.value, spec);
    return text ?? refuse(title, `${whole}, whose format is not known (:${spec})`, values);
  }
  if (result.kind === 'fault') return refuse(title, `${whole}, and ${result.why}`, values);
  if (result.kind === 'unknown') return refuse(title, `${whole}, which is nothing`, values);
  const means = (expression.match(/[A-Za-z_]\w*/g) ?? []).some((name) => Object.hasOwn(values, name));
  return means && !/[$;|&]|\.\./.test(inner) ? refuse(title, `${whole}, which is nothing`, values) : undefined;
}

/** At the first colon that is not in brackets or quotes; `!s` before it means what is done anyway. */
function split(inner: string): { readonly expression: string; readonly spec: string } {
  const colon = /^((?:[^'"():]|'[^']*'|"[^"]*"|\((?:[^()]|\([^()]*\))*\))*):(.*)$/s.exec(inner);
  const expression = colon?.[1] ?? inner;
  return { expression: expression.replace(/!s$/, ''), spec: colon?.[2] ?? '' };
}

function refuse(title: string, what: string, values: TemplateValues): never {
  const names = Object.keys(values).map((name) => `{${name}}`);
  throw new MusterError(
    'bad_option',
    `${title} has ${what}.`,
    `There are: ${names.join(', ')}, and arithmetic with them, such as {n//4} or {(n+3)//4}. Braces of your own are written {{ and }}.`,
  );
}
