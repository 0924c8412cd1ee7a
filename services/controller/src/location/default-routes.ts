// Which interface leads to the rest of the world: Linux' table of routes as text.

/** Flags of /proc/net/route: the route is up; it is one that refuses. */
const up = 0x1;
const refuses = 0x200;

/** Names of the interfaces of default routes, the preferred first; none where the text is anything else. */
export function parseDefaultRoutes(text: string): readonly string[] {
  const routes = text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [name = '', destination, , flags = '', , , metric = '', mask] = line.trim().split(/\s+/);
      const bits = Number.parseInt(flags, 16);
      const isDefault =
        destination === '00000000' && mask === '00000000' && (bits & up) !== 0 && (bits & refuses) === 0;
      return isDefault ? [{ name, metric: Number(metric) || 0 }] : [];
    });
  return routes.sort((a, b) => a.metric - b.metric).map(({ name }) => name);
}
