/*
 * The four curl examples of the GPUShield seed, word for word. Placeholders in braces are the seed's own; the tests
 * put in real ids, the server's address and the credential, and nothing else.
 */
export const seedAddress = 'http://localhost:8000';

export const registerNodeExample = `curl -X POST "http://localhost:8000/api/v1/nodes/" \\
  -H "Content-Type: application/json" \\
  -d '{
    "name": "gpu-node-01",
    "cluster_id": "prod-cluster",
    "ip_address": "10.0.1.100",
    "kubernetes_version": "1.28.0",
    "kernel_version": "5.15.0"
  }'`;

export const addGpuExample = `curl -X POST "http://localhost:8000/api/v1/nodes/{node_id}/gpus" \\
  -H "Content-Type: application/json" \\
  -d '{
    "node_id": "{node_id}",
    "vendor": "nvidia",
    "model": "A100-SXM4-80GB",
    "device_id": "0000:00:1e.0",
    "uuid": "GPU-12345678-1234-1234-1234-123456789012",
    "memory_total": 81920,
    "compute_capability": "8.0"
  }'`;

export const ingestTelemetryExample = `curl -X POST "http://localhost:8000/api/v1/telemetry/records" \\
  -H "Content-Type: application/json" \\
  -d '{
    "gpu_id": "{gpu_id}",
    "sensor_id": "{sensor_id}",
    "telemetry_type": "metrics",
    "timestamp": "2024-01-01T12:00:00Z",
    "metrics": {
      "gpu_utilization": 85.5,
      "memory_utilization": 70.2,
      "temperature": 78.0,
      "power_usage": 250.0
    }
  }'`;

export const queryAlertsExample = `curl -X POST "http://localhost:8000/api/v1/alerts/query" \\
  -H "Content-Type: application/json" \\
  -d '{
    "severities": ["high", "critical"],
    "statuses": ["open"],
    "limit": 50
  }'`;
