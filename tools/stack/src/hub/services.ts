/** The services of a hub: their ports, in the order of the table, and their memory. */

export interface ServiceSpec {
  name: string;
  /** port = port base + this */
  portOffset: number;
  /** limit of the old generation of its heap */
  heapMb: number;
}

export const SERVICES: readonly ServiceSpec[] = [
  { name: 'gateway', portOffset: 0, heapMb: 384 },
  { name: 'participants', portOffset: 1, heapMb: 192 },
  { name: 'usdp', portOffset: 2, heapMb: 256 },
  { name: 'mmd', portOffset: 3, heapMb: 2560 },
  { name: 'reads', portOffset: 4, heapMb: 1024 },
  { name: 'vee', portOffset: 5, heapMb: 224 },
  { name: 'billing', portOffset: 6, heapMb: 1024 },
  { name: 'reporting', portOffset: 7, heapMb: 768 },
];

export function serviceNames(): string[] {
  return SERVICES.map((service) => service.name);
}
