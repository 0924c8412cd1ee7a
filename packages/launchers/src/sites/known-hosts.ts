/**
 * Those lines of a known_hosts text that can be about this host: handles are kept with the profile's status, which has no
 * room for all of them in each. Lines with hashed names, patterns or markers stay, because only ssh can tell; and when no
 * line names the host, all do, because it may be an alias.
 */
export function knownHostsFor(host: string, text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const namesOf = (line: string): string[] => line.split(/\s/, 1)[0]!.toLowerCase().split(',');
  const isAbout = (name: string): boolean => name.replace(/^\[(.*)\]:\d+$/, '$1') === host.toLowerCase();
  const named = lines.filter((line) => namesOf(line).some(isAbout));
  const others = lines.filter((line) => /^[|@]|[*?!]/.test(line.split(/\s/, 1)[0]!) && !named.includes(line));
  const kept = named.length === 0 ? lines : [...named, ...others];
  return kept.map((line) => `${line}\n`).join('');
}
