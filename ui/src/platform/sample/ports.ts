/** The ledger of ports of the sample, with what listens. */
import type { LedgerRow, PortsView } from '../../bindings';
import type { Platform } from '../platform';
import { type World, refuse } from '../memory';
import { ago, status } from './data';
import { plan, step } from './plans';

export function portRow(port: number, title: string, more: Partial<LedgerRow> = {}): LedgerRow {
  return { port, instance: title.toLowerCase().replace(/[^a-z0-9]+/g, '-'), title, note: null, listener: null, status: status('Ready', 'kept, nothing listens', 12), conflict: null, offer: null, kept_only: false, can_move: true, ...more };
}

const listens = (process: string, pid: number | null, address = '127.0.0.1') => ({ process, pid, address, open_to_all: address === '0.0.0.0' || address === '::' });

export function sampleLedger(): LedgerRow[] {
  const healthy = (ms: number) => status('Healthy', `answered in ${ms} ms`, 12);
  const broca = (port: number, agent: string, more: Partial<LedgerRow> = {}) => portRow(port, `Broca of ${agent}`, { instance: `${agent.toLowerCase()}/broca2`, kept_only: true, ...more });
  return [
    portRow(8000, 'Web chat bridge', { instance: 'web_bridge', listener: listens('python3', 48_391, '0.0.0.0'), status: healthy(4), note: 'Broca fetches from it.' }),
    portRow(8283, 'Letta server', { instance: null, listener: listens('letta', 731), status: healthy(31), note: 'SMCP likes this port too; who is found here keeps it.', can_move: false }),
    broca(9100, 'Athena'), broca(9101, 'Monday'), broca(9102, 'Timbre'),
    portRow(9200, 'Thalamus of Athena', { instance: 'athena/thalamus', listener: listens('python3', 48_220), status: healthy(9) }),
    portRow(9201, 'Thalamus of Monday', { instance: 'monday/thalamus', listener: listens('node', 5_123), status: status('Degraded', 'another program listens: node, process 5123', 12), offer: 9_253 }),
    portRow(9202, 'Thalamus of Timbre', { instance: 'timbre/thalamus' }),
    portRow(9300, 'SMCP', { instance: 'smcp', listener: listens('python3', 48_190), status: healthy(4) }),
    portRow(8791, 'Chat bridge of this app', { instance: null, listener: listens('sanctum', 4_711), status: healthy(1), note: 'the chat bridge of this app', can_move: false }),
  ];
}

/** `rows` may be changed by a test; a move changes them. */
export function portSample(world: Pick<World, 'plans' | 'changed'>, first: LedgerRow[]) {
  let rows = first;
  const commands: Pick<Platform, 'portsList' | 'portMovePlan'> = {
    portsList: async (): Promise<PortsView> => ({ rows, conflicts: rows.filter((row) => row.conflict !== null || row.status.word === 'Degraded').length, listening: rows.filter((row) => row.listener).length, measured_at: ago(12) }),
    portMovePlan: async (instance, wanted) => {
      const row = rows.find((one) => one.instance === instance) ?? refuse('port_unknown', 'There is no such port.', 'Look again.', [instance]);
      const port = wanted ?? row.offer ?? refuse('port_none', 'No port is free.', 'Name one yourself.');
      const holder = rows.find((one) => one.port === port);
      if (holder) refuse('port_taken', `${port} is kept for ${holder.title}.`, 'Choose another number, or move that one first.', [instance]);
      if (port === 5_000 || port === 7_000) refuse('port_system', `${port} belongs to macOS: AirPlay listens there.`, 'Choose another number.');
      const made = plan(`Move ${row.title} to ${port}`, 'Everything that names the port is changed with it. Nothing has been written yet.', [
        step('Registry', 'registry', 'Keep the new port', 'registry · ports', `${row.port} → ${port}`),
        step(row.title, 'write_file', 'Change 1 line', `${instance}/config/.env`, 'mode 0600', [`PORT='${port}'`]),
      ], `Move to ${port}`, { restarts: row.listener ? [row.title] : [] });
      world.plans.set(made.id, { plan: made, done: () => {
        const before = rows;
        rows = rows.map((one) => (one === row ? { ...one, port, listener: null, conflict: null, offer: null, status: status('Ready', 'kept, nothing listens', 0) } : one.port === row.port && one.conflict !== null ? { ...one, conflict: null, status: status('Ready', 'kept, nothing listens', 0) } : one));
        world.changed(['ports']);
        return () => { rows = before; world.changed(['ports']); };
      } });
      return made;
    },
  };
  return { commands, put: (next: LedgerRow[]) => { rows = next; world.changed(['ports']); } };
}

/** `?ports=2000` in the page's address. */
export function portCommands(world: World): Partial<Platform> {
  const many = Number(new URLSearchParams(typeof location === 'undefined' ? '' : location.search).get('ports') ?? 0);
  const extra = Array.from({ length: many }, (_, i) => portRow(20_000 + i, `Worker ${i}`));
  return portSample(world, [...sampleLedger(), ...extra]).commands;
}
