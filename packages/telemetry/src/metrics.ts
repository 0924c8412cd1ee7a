// Metrics in the text format that Prometheus reads. Written by hand: that is less than a library would cost to load.

/** Values of a metric that differ by label, or the one value. */
export type MetricValue = number | readonly Labelled[];

interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric {
  /** With its unit, and `_total` for counters: `muster_tasks_total`. */
  readonly name: string;
  readonly help: string;
  /** A counter only grows. */
  readonly type: 'counter' | 'gauge';
  readonly value: MetricValue;
}

export const gauge = (name: string, help: string, value: MetricValue): Metric => ({ name, help, type: 'gauge', value });

/** A count that only grows; its name ends in `_total`. */
export const counter = (name: string, help: string, value: MetricValue): Metric => ({
  name,
  help,
  type: 'counter',
  value,
});

/** The values of a metric by one label. */
export const byLabel = (label: string, values: Readonly<Record<string, number>>): MetricValue =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));

export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Metrics that have no value at the moment are left out. */
export function renderMetrics(metrics: readonly Metric[]): string {
  return metrics.map(renderMetric).join('');
}

function renderMetric({ name, help, type, value }: Metric): string {
  const values = typeof value === 'number' ? [{ labels: {}, value }] : value;
  if (values.length === 0) return '';
  const lines = values.map((one) => `${name}${renderLabels(one.labels)} ${one.value}`);
  return `# HELP ${name} ${escapeText(help)}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const all = Object.entries(labels).map(([label, text]) => `${label}="${escapeText(text).replaceAll('"', '\\"')}"`);
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}

const escapeText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
