import { describe, expect, it } from 'vitest';
import { otlpTarget } from './endpoint.ts';

const http = (base: string) => ({
  kind: 'http',
  tracesUrl: `${base}/v1/traces`,
  metricsUrl: `${base}/v1/metrics`,
});

describe('the transport that OTLP_ENDPOINT means', () => {
  it.each([
    ['http://localhost:4317', 'http://localhost:4317'],
    ['http://localhost:4317/', 'http://localhost:4317'],
    ['https://collector.example', 'https://collector.example'],
    ['http://[::1]:5000', 'http://[::1]:5000'],
  ])('%s is gRPC', (endpoint, url) => {
    expect(otlpTarget(endpoint)).toEqual({ kind: 'grpc', url });
  });

  it.each([
    ['http://localhost:4318', 'http://localhost:4318'],
    ['http://localhost:4318/v1', 'http://localhost:4318'],
    ['http://localhost:4317/v1/traces', 'http://localhost:4317'],
    ['https://collector.example/v1/metrics/', 'https://collector.example'],
    ['http://prometheus:9090/api/v1/otlp', 'http://prometheus:9090/api/v1/otlp'],
    ['http://collector:8080/tenant-a/v1/logs', 'http://collector:8080/tenant-a'],
  ])('%s is HTTP with protobuf', (endpoint, base) => {
    expect(otlpTarget(endpoint)).toEqual(http(base));
  });
});
