/**
 * Names on the brokers. A namespace lets several hubs, or tests, share one cluster; events, lanes
 * and fences know only the names of the catalogue.
 */
export class Names {
  private readonly prefix: string;

  constructor(namespace = '') {
    this.prefix = namespace === '' ? '' : `${namespace}.`;
  }

  /** Name of a catalogue topic on the brokers. */
  topic(name: string): string {
    return this.prefix + name;
  }

  /** Catalogue name of a topic of the brokers. */
  logical(name: string): string {
    return name.slice(this.prefix.length);
  }

  /** Consumer group of a processor. */
  group(service: string, processor: string): string {
    return `${this.groupsOf(service)}${processor}.r1`;
  }

  /** What the names of all groups of a service begin with. */
  groupsOf(service: string): string {
    return `${this.prefix}${service}.`;
  }
}
