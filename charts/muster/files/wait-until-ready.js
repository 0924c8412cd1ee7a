// In the pod of `helm test`: waits until all pods of the services say that they are ready. Arguments: name of the
// headless Service, how many pods, seconds.
const { lookup } = require('node:dns/promises');

const [host, wanted, seconds] = process.argv.slice(1);
const deadline = Date.now() + Number(seconds) * 1000;

async function look() {
  const found = (await lookup(host, { all: true }).catch(() => [])).map(({ address }) => address);
  const faults = await Promise.all(found.map(fault));
  const missing = Number(wanted) - found.length;
  return [...(missing > 0 ? [`${missing} pods are missing`] : []), ...faults.filter(Boolean)];
}

async function fault(ip) {
  const url = `http://${ip.includes(':') ? `[${ip}]` : ip}:8080/readyz`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
    return answer.ok ? '' : `${url}: ${answer.status} ${(await answer.text()).slice(0, 200)}`;
  } catch (error) {
    return `${url}: ${error.cause?.code ?? error.message}`;
  }
}

(async () => {
  for (;;) {
    const faults = await look();
    if (faults.length === 0) return console.log(`${wanted} services are ready`);
    if (Date.now() > deadline) {
      console.error(faults.join('\n'));
      process.exit(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
})();
