/** The schema, in its own language. Field names are those of the REST API in camelCase; units and meanings are the same. */
export const sdl = /* GraphQL */ `
  "A date-time of RFC 3339 in UTC with milliseconds."
  scalar DateTime
  "Any JSON value."
  scalar JSON

  enum Severity {
    info
    low
    medium
    high
    critical
  }
  enum AlertStatus {
    open
    acknowledged
    investigating
    resolved
    false_positive
    reopened
  }
  enum GpuVendor {
    nvidia
    amd
    intel
  }
  enum NodeStatus {
    online
    offline
    unknown
  }
  enum SensorStatus {
    online
    offline
    never_seen
  }

  "Pages go forward: ask for what is after endCursor. Cursors are signed and belong to their list and its filters."
  type PageInfo {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }

  type Node {
    id: ID!
    name: String!
    clusterId: String!
    ipAddress: String
    kubernetesVersion: String
    kernelVersion: String
    operatingSystem: String
    architecture: String
    labels: JSON!
    status: NodeStatus!
    gpuCount: Int!
    sensorCount: Int!
    registeredBy: String!
    lastSeenAt: DateTime
    createdAt: DateTime!
    updatedAt: DateTime!
    "At most 256."
    gpus: [Gpu!]
    "At most 64."
    sensors: [Sensor!]
    "The newest active ones, at most 50."
    activeAlerts: [Alert!]
  }
  type NodeEdge {
    cursor: String!
    node: Node!
  }
  type NodeConnection {
    edges: [NodeEdge!]!
    pageInfo: PageInfo!
  }

  type Gpu {
    id: ID!
    nodeId: ID!
    vendor: GpuVendor!
    model: String!
    deviceId: String!
    uuid: String!
    "MiB"
    memoryTotal: Int!
    computeCapability: String
    driverVersion: String
    vbiosVersion: String
    createdAt: DateTime!
    updatedAt: DateTime!
    node: Node
    "The newest record, if there is one."
    latestTelemetry: TelemetryRecord
  }
  type GpuEdge {
    cursor: String!
    node: Gpu!
  }
  type GpuConnection {
    edges: [GpuEdge!]!
    pageInfo: PageInfo!
  }

  type Sensor {
    id: ID!
    nodeId: ID!
    name: String!
    sensorType: String!
    version: String!
    capabilities: [String!]!
    status: SensorStatus!
    health: String
    healthDetail: String
    spooledRecords: Float!
    configuration: JSON!
    configurationVersion: Int!
    reportedConfigurationVersion: Int
    registeredBy: String!
    lastHeartbeatAt: DateTime
    createdAt: DateTime!
    updatedAt: DateTime!
    node: Node
  }
  type SensorEdge {
    cursor: String!
    node: Sensor!
  }
  type SensorConnection {
    edges: [SensorEdge!]!
    pageInfo: PageInfo!
  }

  type TelemetryRecord {
    id: ID!
    gpuId: ID!
    nodeId: ID!
    sensorId: ID
    telemetryType: String!
    timestamp: DateTime!
    receivedAt: DateTime!
    "By metric name; units as in the reference of metrics."
    metrics: JSON!
    "0 to 1; null where it was not judged."
    anomalyScore: Float
    gpu: Gpu
    node: Node
  }
  type TelemetryEdge {
    cursor: String!
    node: TelemetryRecord!
  }
  type TelemetryConnection {
    edges: [TelemetryEdge!]!
    pageInfo: PageInfo!
  }

  type SecurityEvent {
    id: ID!
    nodeId: ID!
    sensorId: ID
    gpuId: ID
    eventType: String!
    severity: Severity!
    title: String!
    description: String!
    timestamp: DateTime!
    receivedAt: DateTime!
    fingerprint: String!
    evidence: JSON!
    alertId: ID
    node: Node
    gpu: Gpu
    alert: Alert
  }
  type SecurityEventEdge {
    cursor: String!
    node: SecurityEvent!
  }
  type SecurityEventConnection {
    edges: [SecurityEventEdge!]!
    pageInfo: PageInfo!
  }

  type Alert {
    id: ID!
    title: String!
    description: String!
    severity: Severity!
    status: AlertStatus!
    source: String!
    fingerprint: String!
    nodeId: ID
    gpuId: ID
    sensorId: ID
    assignee: String
    occurrences: Float!
    firstSeenAt: DateTime!
    lastSeenAt: DateTime!
    acknowledgedAt: DateTime
    acknowledgedBy: String
    resolvedAt: DateTime
    resolvedBy: String
    resolution: String
    silencedUntil: DateTime
    mutedUntil: DateTime
    groupKey: String!
    evidence: JSON!
    createdAt: DateTime!
    updatedAt: DateTime!
    node: Node
    gpu: Gpu
    sensor: Sensor
    "The newest entries, at most 20."
    history: [AlertHistoryEntry!]
  }
  type AlertHistoryEntry {
    id: ID!
    at: DateTime!
    actor: String!
    action: String!
    fromStatus: AlertStatus
    toStatus: AlertStatus
    note: String
  }
  type AlertEdge {
    cursor: String!
    node: Alert!
  }
  type AlertConnection {
    edges: [AlertEdge!]!
    pageInfo: PageInfo!
  }
  type AlertCount {
    status: AlertStatus!
    severity: Severity!
    alerts: Int!
  }
  type AlertSummary {
    total: Int!
    active: Int!
    byStatus: JSON!
    bySeverity: JSON!
    counts: [AlertCount!]!
  }

  "Connections give the newest first; first is 1 to 100."
  type Query {
    node(id: ID!): Node
    nodes(first: Int = 25, after: String, clusterId: String, name: String, status: NodeStatus): NodeConnection
    gpu(id: ID!): Gpu
    gpus(first: Int = 25, after: String, nodeId: ID, vendor: GpuVendor): GpuConnection
    sensor(id: ID!): Sensor
    sensors(first: Int = 25, after: String, nodeId: ID, status: SensorStatus): SensorConnection
    telemetry(
      first: Int = 25
      after: String
      gpuId: ID
      nodeId: ID
      sensorId: ID
      since: DateTime
      until: DateTime
    ): TelemetryConnection
    securityEvent(id: ID!): SecurityEvent
    securityEvents(
      first: Int = 25
      after: String
      nodeId: ID
      sensorId: ID
      gpuId: ID
      eventType: String
      severity: Severity
      since: DateTime
      until: DateTime
    ): SecurityEventConnection
    alert(id: ID!): Alert
    alerts(
      first: Int = 25
      after: String
      severities: [Severity!]
      statuses: [AlertStatus!]
      sources: [String!]
      nodeIds: [ID!]
      gpuIds: [ID!]
      assignees: [String!]
      since: DateTime
      until: DateTime
    ): AlertConnection
    alertSummary: AlertSummary
  }

  "A change of an alert as it happened; the alert is as it is when the change is read."
  type AlertChange {
    kind: String!
    action: String!
    actor: String!
    at: DateTime!
    alert: Alert!
  }

  "By server-sent events: POST with Accept: text/event-stream (graphql-sse, distinct connections)."
  type Subscription {
    "Changes of alerts on any replica, in one order."
    alerts(severity: Severity, source: String, nodeId: ID, gpuId: ID): AlertChange
    "The newest record of each GPU, whenever there is a newer one; looked for every intervalSeconds, 1 to 60."
    telemetry(gpuId: ID, nodeId: ID, intervalSeconds: Int = 1): TelemetryRecord
  }
`;
