/** Where OTLP goes, and in which of its two transports. */
export type OtlpTarget =
  | { readonly kind: 'grpc'; readonly url: string }
  | { readonly kind: 'http'; readonly tracesUrl: string; readonly metricsUrl: string };

/** The port that is OTLP/HTTP's by registration; 4317 is OTLP/gRPC's. */
const httpPort = '4318';

/** Paths of single signals, as people copy them; both signals go to their common base. */
const signalPath = /\/v1(\/(traces|metrics|logs))?$/;

/**
 * gRPC has no paths, so an address with a path means OTLP/HTTP (protobuf), and so does port 4318; everything else is
 * OTLP/gRPC. `endpoint` is an http(s) URL without query; https means TLS in both.
 */
export const otlpTarget = (endpoint: string): OtlpTarget => {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/, '');
  if (path === '' && url.port !== httpPort) return { kind: 'grpc', url: url.origin };
  const base = `${url.origin}${path.replace(signalPath, '')}`;
  return { kind: 'http', tracesUrl: `${base}/v1/traces`, metricsUrl: `${base}/v1/metrics` };
};
