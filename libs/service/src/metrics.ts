import { metrics, type Meter } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { BusStatus } from '@mdmr/bus';

/** The service's OpenTelemetry meter and its page for Prometheus. */
export class Metrics {
  private readonly exporter = new PrometheusExporter({ preventServerStart: true });
  private readonly meter: Meter;

  constructor(service: string) {
    const provider = new MeterProvider({ readers: [this.exporter] });
    metrics.setGlobalMeterProvider(provider);
    this.meter = provider.getMeter(`mdmr.${service}`);
  }

  /** Gauges of the bus, asked for at each scrape. Labels name processors, never data. */
  observeBus(read: () => Promise<BusStatus>): void {
    const lag = this.meter.createObservableGauge('mdmr.processor.lag', {
      description: 'messages a processor has before it',
    });
    const backlog = this.meter.createObservableGauge('mdmr.relay.backlog', {
      description: 'events committed and not yet acknowledged by the brokers',
    });
    const stopped = this.meter.createObservableGauge('mdmr.processor.stopped', {
      description: 'partitions that stand still until someone looks',
    });
    this.meter.addBatchObservableCallback(
      async (result) => {
        const status = await read();
        for (const [processor, value] of Object.entries(status.lag)) {
          result.observe(lag, value, { processor });
        }
        result.observe(backlog, status.relay_backlog);
        result.observe(stopped, status.stopped.length);
      },
      [lag, backlog, stopped],
    );
    const memory = this.meter.createObservableGauge('process.memory.usage', { unit: 'By' });
    memory.addCallback((result) => result.observe(process.memoryUsage.rss()));
  }

  /** Text of the Prometheus exposition format. */
  async page(): Promise<string> {
    const { resourceMetrics } = await this.exporter.collect();
    return new PrometheusSerializer().serialize(resourceMetrics);
  }
}
