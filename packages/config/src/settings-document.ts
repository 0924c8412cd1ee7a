// A table of settings for documents.
import { defaultText, isSecret, optionNames } from './help.ts';
import { allowed } from './parse-value.ts';
import type { Setting, SettingsTable } from './settings.ts';

/** Rows of a Markdown table of all settings. */
export function settingsTable(table: SettingsTable): string {
  const listed = Object.values(table).filter((setting) => !setting.unlisted);
  const rows = listed.map((setting) => {
    const names = isSecret(setting) ? [setting.name] : [...new Set([...optionNames(setting), `--${setting.name}`])];
    const options = names.map((name) => `\`${name}\``).join(' ');
    const value = setting.type === 'text' ? 'text' : allowed(setting);
    const cells = [options, value, defaultText(setting) || '–', `${setting.description}${environment(setting)}`];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| option | value | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

const environment = ({ env }: Setting): string => (env === undefined ? '' : ` Environment: \`${env}\`.`);
