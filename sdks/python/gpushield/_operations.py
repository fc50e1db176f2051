# Generated from the OpenAPI document by tools/sdk: `npm run drift -- --write`. Do not edit.
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional, Union

from ._transport import Transport

if TYPE_CHECKING:
    from typing_extensions import Literal, NotRequired, TypedDict

    AcceptBaselineAnswerInventoryHost = TypedDict("AcceptBaselineAnswerInventoryHost", {
        "hostname": str,
        "machine_id": Union[str, None],
        "boot_id": Union[str, None],
        "operating_system": str,
        "architecture": str,
        "kernel_release": str,
        "kernel_version": str,
        "cpu_model": Union[str, None],
        "cpu_count": int,
        "memory_bytes": int,
        "virtualization": Union[str, None],
    })

    AcceptBaselineAnswerInventoryTaint = TypedDict("AcceptBaselineAnswerInventoryTaint", {
        "value": Union[int, None],
        "flags": List[str],
    })

    AcceptBaselineAnswerInventoryModulesItem = TypedDict("AcceptBaselineAnswerInventoryModulesItem", {
        "name": str,
        "path": Union[str, None],
        "sha256": Union[str, None],
        "size_bytes": Union[int, None],
        "problem": NotRequired[str],
        "version": NotRequired[Union[str, None]],
        "signer": NotRequired[Union[str, None]],
        "taint": NotRequired[str],
    })

    AcceptBaselineAnswerInventoryFirmwareItem = TypedDict("AcceptBaselineAnswerInventoryFirmwareItem", {
        "path": str,
        "sha256": Union[str, None],
        "size_bytes": Union[int, None],
        "problem": NotRequired[str],
    })

    AcceptBaselineAnswerInventoryFilesItem = TypedDict("AcceptBaselineAnswerInventoryFilesItem", {
        "path": str,
        "sha256": Union[str, None],
        "size_bytes": Union[int, None],
        "problem": NotRequired[str],
    })

    AcceptBaselineAnswerInventory = TypedDict("AcceptBaselineAnswerInventory", {
        "collected_at": str,
        "host": AcceptBaselineAnswerInventoryHost,
        "taint": AcceptBaselineAnswerInventoryTaint,
        "modules": List[AcceptBaselineAnswerInventoryModulesItem],
        "firmware": List[AcceptBaselineAnswerInventoryFirmwareItem],
        "files": List[AcceptBaselineAnswerInventoryFilesItem],
        "drivers": Dict[str, str],
        "toolkits": Dict[str, str],
        "blind": List[str],
    })

    AcceptBaselineAnswerDriftItem = TypedDict("AcceptBaselineAnswerDriftItem", {
        "kind": Literal["module", "firmware", "file", "taint", "kernel", "driver", "toolkit"],
        "name": str,
        "change": Literal["changed", "added", "removed"],
        "expected": Union[str, None],
        "actual": Union[str, None],
    })

    AcceptBaselineAnswer = TypedDict("AcceptBaselineAnswer", {
        "sensor_id": str,
        "node_id": str,
        "received_at": str,
        "baseline_at": str,
        "inventory": AcceptBaselineAnswerInventory,
        "drift": List[AcceptBaselineAnswerDriftItem],
    })

    AcknowledgeAlertAnswer = TypedDict("AcknowledgeAlertAnswer", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    AcknowledgeAlertBody = TypedDict("AcknowledgeAlertBody", {
        "note": NotRequired[str],
    })

    AddGpuAnswer = TypedDict("AddGpuAnswer", {
        "id": str,
        "node_id": str,
        "vendor": Literal["nvidia", "amd", "intel"],
        "model": str,
        "device_id": str,
        "uuid": str,
        "memory_total": int,
        "compute_capability": Union[str, None],
        "driver_version": Union[str, None],
        "vbios_version": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    AddGpuAnswer2 = TypedDict("AddGpuAnswer2", {
        "id": str,
        "node_id": str,
        "vendor": Literal["nvidia", "amd", "intel"],
        "model": str,
        "device_id": str,
        "uuid": str,
        "memory_total": int,
        "compute_capability": Union[str, None],
        "driver_version": Union[str, None],
        "vbios_version": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    AddGpuBody = TypedDict("AddGpuBody", {
        "node_id": NotRequired[str],
        "vendor": Literal["nvidia", "amd", "intel"],
        "model": str,
        "device_id": str,
        "uuid": str,
        "memory_total": int,
        "compute_capability": NotRequired[Union[str, None]],
        "driver_version": NotRequired[Union[str, None]],
        "vbios_version": NotRequired[Union[str, None]],
    })

    AddJobUserAnswer = TypedDict("AddJobUserAnswer", {
        "job_id": str,
        "action": Literal["cancel", "extend", "enable_jupyter", "disable_jupyter", "add_user", "set_priority"],
        "status": Literal["requested"],
        "message": str,
        "expires_at": Union[str, None],
    })

    AddJobUserBody = TypedDict("AddJobUserBody", {
        "github_username": NotRequired[str],
        "username": NotRequired[str],
        "ssh_keys": NotRequired[List[str]],
    })

    ApproveDeviceLoginAnswer = TypedDict("ApproveDeviceLoginAnswer", {
        "user_code": str,
        "client_id": str,
        "status": Literal["pending", "approved", "denied", "used"],
        "ip_address": str,
        "user_agent": Union[str, None],
        "created_at": str,
        "expires_at": str,
    })

    AssignAlertAnswer = TypedDict("AssignAlertAnswer", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    AssignAlertBody = TypedDict("AssignAlertBody", {
        "assignee": Union[str, None],
        "note": NotRequired[str],
    })

    AwsLoginAnswer = TypedDict("AwsLoginAnswer", {
        "api_key": str,
        "key_prefix": str,
        "user_id": int,
        "username": str,
        "expires_at": str,
        "aws_arn": str,
        "ttl_hours": int,
    })

    AwsLoginBodyPresigned = TypedDict("AwsLoginBodyPresigned", {
        "region": str,
        "access_key_id": str,
        "session_token": NotRequired[str],
        "amz_date": str,
        "signed_headers": str,
        "signature": str,
        "audience": str,
    })

    AwsLoginBody = TypedDict("AwsLoginBody", {
        "presigned": NotRequired[AwsLoginBodyPresigned],
        "aws_access_key_id": NotRequired[str],
        "aws_secret_access_key": NotRequired[str],
        "aws_session_token": NotRequired[str],
    })

    BulkChangeAlertsAnswerResultsItem = TypedDict("BulkChangeAlertsAnswerResultsItem", {
        "id": str,
        "outcome": Literal["changed", "unchanged", "invalid_transition", "conflict", "not_found"],
        "status": Union[Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"], None],
    })

    BulkChangeAlertsAnswer = TypedDict("BulkChangeAlertsAnswer", {
        "changed": int,
        "unchanged": int,
        "refused": int,
        "has_more": bool,
        "results": List[BulkChangeAlertsAnswerResultsItem],
    })

    BulkChangeAlertsBodyQuery = TypedDict("BulkChangeAlertsBodyQuery", {
        "severities": NotRequired[List[Literal["info", "low", "medium", "high", "critical"]]],
        "statuses": NotRequired[List[Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"]]],
        "sources": NotRequired[List[str]],
        "node_ids": NotRequired[List[str]],
        "gpu_ids": NotRequired[List[str]],
        "assignees": NotRequired[List[str]],
        "fingerprints": NotRequired[List[str]],
        "group_keys": NotRequired[List[str]],
        "since": NotRequired[str],
        "until": NotRequired[str],
    })

    BulkChangeAlertsBodyChange = TypedDict("BulkChangeAlertsBodyChange", {
        "action": Literal["acknowledge"],
        "note": NotRequired[str],
    })

    BulkChangeAlertsBodyChange2 = TypedDict("BulkChangeAlertsBodyChange2", {
        "action": Literal["investigate"],
        "note": NotRequired[str],
    })

    BulkChangeAlertsBodyChange3 = TypedDict("BulkChangeAlertsBodyChange3", {
        "action": Literal["reopen"],
        "note": NotRequired[str],
    })

    BulkChangeAlertsBodyChange4 = TypedDict("BulkChangeAlertsBodyChange4", {
        "action": Literal["assign"],
        "assignee": Union[str, None],
        "note": NotRequired[str],
    })

    BulkChangeAlertsBodyChange5 = TypedDict("BulkChangeAlertsBodyChange5", {
        "action": Literal["resolve"],
        "resolution": NotRequired[Literal["fixed", "accepted"]],
        "note": NotRequired[str],
    })

    BulkChangeAlertsBodyChange6 = TypedDict("BulkChangeAlertsBodyChange6", {
        "action": Literal["false_positive"],
        "quiet_seconds": NotRequired[int],
        "note": NotRequired[str],
    })

    BulkChangeAlertsBodyChange7 = TypedDict("BulkChangeAlertsBodyChange7", {
        "action": Literal["set_severity"],
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "note": NotRequired[str],
    })

    BulkChangeAlertsBody = TypedDict("BulkChangeAlertsBody", {
        "ids": NotRequired[List[str]],
        "query": NotRequired[BulkChangeAlertsBodyQuery],
        "change": Union[BulkChangeAlertsBodyChange, BulkChangeAlertsBodyChange2, BulkChangeAlertsBodyChange3, BulkChangeAlertsBodyChange4, BulkChangeAlertsBodyChange5, BulkChangeAlertsBodyChange6, BulkChangeAlertsBodyChange7],
    })

    CancelJobAnswer = TypedDict("CancelJobAnswer", {
        "job_id": str,
        "action": Literal["cancel", "extend", "enable_jupyter", "disable_jupyter", "add_user", "set_priority"],
        "status": Literal["requested"],
        "message": str,
        "expires_at": Union[str, None],
    })

    ChangePasswordBody = TypedDict("ChangePasswordBody", {
        "current_password": str,
        "new_password": str,
    })

    CloneDiskAnswer = TypedDict("CloneDiskAnswer", {
        "operation_id": str,
        "disk_name": str,
        "action": Literal["create", "delete", "rename", "clone", "restore", "unlock", "snapshot"],
        "message": str,
        "requested_at": str,
    })

    CloneDiskBody = TypedDict("CloneDiskBody", {
        "new_name": str,
        "snapshot_id": NotRequired[str],
    })

    CommentAlertAnswer = TypedDict("CommentAlertAnswer", {
        "id": str,
        "alert_id": str,
        "at": str,
        "author": str,
        "body": str,
    })

    CommentAlertBody = TypedDict("CommentAlertBody", {
        "body": str,
    })

    CreateAlertAnswer = TypedDict("CreateAlertAnswer", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    CreateAlertAnswer2 = TypedDict("CreateAlertAnswer2", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    CreateAlertBody = TypedDict("CreateAlertBody", {
        "title": str,
        "description": NotRequired[str],
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "source": NotRequired[str],
        "fingerprint": NotRequired[str],
        "node_id": NotRequired[Union[str, None]],
        "gpu_id": NotRequired[Union[str, None]],
        "sensor_id": NotRequired[Union[str, None]],
        "evidence": NotRequired[Dict[str, Any]],
    })

    CreateAlertSilenceAnswer = TypedDict("CreateAlertSilenceAnswer", {
        "id": str,
        "sources": List[str],
        "severities": List[Literal["info", "low", "medium", "high", "critical"]],
        "node_ids": List[str],
        "gpu_ids": List[str],
        "fingerprint_prefix": Union[str, None],
        "reason": str,
        "starts_at": str,
        "ends_at": str,
        "state": Literal["pending", "active", "ended"],
        "created_by": str,
        "created_at": str,
        "ended_by": Union[str, None],
    })

    CreateAlertSilenceBody = TypedDict("CreateAlertSilenceBody", {
        "sources": NotRequired[List[str]],
        "severities": NotRequired[List[Literal["info", "low", "medium", "high", "critical"]]],
        "node_ids": NotRequired[List[str]],
        "gpu_ids": NotRequired[List[str]],
        "fingerprint_prefix": NotRequired[Union[str, None]],
        "reason": str,
        "starts_at": NotRequired[str],
        "ends_at": str,
    })

    CreateApiKeyAnswer = TypedDict("CreateApiKeyAnswer", {
        "id": str,
        "user_id": str,
        "username": str,
        "key_prefix": str,
        "description": str,
        "scopes": Union[List[Literal["nodes:read", "nodes:write", "nodes:write:own", "sensors:read", "sensors:read:own", "sensors:write", "sensors:write:own", "telemetry:read", "telemetry:write", "telemetry:write:own", "events:read", "events:write", "events:write:own", "alerts:read", "alerts:write", "detection:read", "detection:write", "agents:read", "agents:write", "agents:write:own", "scores:read", "scores:write", "users:read", "users:write", "keys:own", "keys:admin", "tokens:introspect", "audit:read", "audit:export", "queues:read", "queues:write", "health:read", "metrics:read", "webhooks:read", "webhooks:write", "limits:read", "limits:write", "jobs:read", "jobs:read:own", "jobs:write", "jobs:write:own", "disks:read", "disks:read:own", "disks:write", "disks:write:own", "cluster:read", "cluster:write", "llm:generate", "llm:embed", "models:read", "models:write", "usage:read", "usage:read:own", "vectors:read", "vectors:write", "firewall:read", "firewall:write", "self"]], None],
        "allowed_addresses": Union[List[str], None],
        "created_at": str,
        "expires_at": Union[str, None],
        "last_used_at": Union[str, None],
        "revoked_at": Union[str, None],
        "api_key": str,
    })

    CreateApiKeyBody = TypedDict("CreateApiKeyBody", {
        "description": NotRequired[str],
        "user_id": NotRequired[str],
        "username": NotRequired[str],
        "scopes": NotRequired[List[Literal["nodes:read", "nodes:write", "nodes:write:own", "sensors:read", "sensors:read:own", "sensors:write", "sensors:write:own", "telemetry:read", "telemetry:write", "telemetry:write:own", "events:read", "events:write", "events:write:own", "alerts:read", "alerts:write", "detection:read", "detection:write", "agents:read", "agents:write", "agents:write:own", "scores:read", "scores:write", "users:read", "users:write", "keys:own", "keys:admin", "tokens:introspect", "audit:read", "audit:export", "queues:read", "queues:write", "health:read", "metrics:read", "webhooks:read", "webhooks:write", "limits:read", "limits:write", "jobs:read", "jobs:read:own", "jobs:write", "jobs:write:own", "disks:read", "disks:read:own", "disks:write", "disks:write:own", "cluster:read", "cluster:write", "llm:generate", "llm:embed", "models:read", "models:write", "usage:read", "usage:read:own", "vectors:read", "vectors:write", "firewall:read", "firewall:write", "self"]]],
        "allowed_addresses": NotRequired[List[str]],
        "expires_in_hours": NotRequired[Union[float, None]],
    })

    CreateChatCompletionAnswer = TypedDict("CreateChatCompletionAnswer", {
        "object": NotRequired[str],
        "model": NotRequired[str],
    })

    CreateChatCompletionBodyMessagesItemContent3Item = TypedDict("CreateChatCompletionBodyMessagesItemContent3Item", {
        "type": str,
    })

    CreateChatCompletionBodyMessagesItem = TypedDict("CreateChatCompletionBodyMessagesItem", {
        "role": str,
        "content": NotRequired[Union[str, None, List[CreateChatCompletionBodyMessagesItemContent3Item]]],
    })

    CreateChatCompletionBody = TypedDict("CreateChatCompletionBody", {
        "model": str,
        "stream": NotRequired[Union[bool, None]],
        "stream_options": NotRequired[Any],
        "max_tokens": NotRequired[Union[int, None]],
        "max_completion_tokens": NotRequired[Union[int, None]],
        "n": NotRequired[Union[int, None]],
        "messages": List[CreateChatCompletionBodyMessagesItem],
        "tools": NotRequired[List[Dict[str, Any]]],
    })

    CreateClientSecretAnswer = TypedDict("CreateClientSecretAnswer", {
        "id": str,
        "client_id": str,
        "secret_prefix": str,
        "description": str,
        "scopes": Union[List[Literal["nodes:read", "nodes:write", "nodes:write:own", "sensors:read", "sensors:read:own", "sensors:write", "sensors:write:own", "telemetry:read", "telemetry:write", "telemetry:write:own", "events:read", "events:write", "events:write:own", "alerts:read", "alerts:write", "detection:read", "detection:write", "agents:read", "agents:write", "agents:write:own", "scores:read", "scores:write", "users:read", "users:write", "keys:own", "keys:admin", "tokens:introspect", "audit:read", "audit:export", "queues:read", "queues:write", "health:read", "metrics:read", "webhooks:read", "webhooks:write", "limits:read", "limits:write", "jobs:read", "jobs:read:own", "jobs:write", "jobs:write:own", "disks:read", "disks:read:own", "disks:write", "disks:write:own", "cluster:read", "cluster:write", "llm:generate", "llm:embed", "models:read", "models:write", "usage:read", "usage:read:own", "vectors:read", "vectors:write", "firewall:read", "firewall:write", "self"]], None],
        "allowed_addresses": Union[List[str], None],
        "created_at": str,
        "expires_at": Union[str, None],
        "last_used_at": Union[str, None],
        "revoked_at": Union[str, None],
        "client_secret": str,
    })

    CreateClientSecretBody = TypedDict("CreateClientSecretBody", {
        "description": NotRequired[str],
        "scopes": NotRequired[List[Literal["nodes:read", "nodes:write", "nodes:write:own", "sensors:read", "sensors:read:own", "sensors:write", "sensors:write:own", "telemetry:read", "telemetry:write", "telemetry:write:own", "events:read", "events:write", "events:write:own", "alerts:read", "alerts:write", "detection:read", "detection:write", "agents:read", "agents:write", "agents:write:own", "scores:read", "scores:write", "users:read", "users:write", "keys:own", "keys:admin", "tokens:introspect", "audit:read", "audit:export", "queues:read", "queues:write", "health:read", "metrics:read", "webhooks:read", "webhooks:write", "limits:read", "limits:write", "jobs:read", "jobs:read:own", "jobs:write", "jobs:write:own", "disks:read", "disks:read:own", "disks:write", "disks:write:own", "cluster:read", "cluster:write", "llm:generate", "llm:embed", "models:read", "models:write", "usage:read", "usage:read:own", "vectors:read", "vectors:write", "firewall:read", "firewall:write", "self"]]],
        "allowed_addresses": NotRequired[List[str]],
        "expires_in_hours": NotRequired[Union[float, None]],
    })

    CreateCompletionAnswer = TypedDict("CreateCompletionAnswer", {
        "object": NotRequired[str],
        "model": NotRequired[str],
    })

    CreateCompletionBody = TypedDict("CreateCompletionBody", {
        "model": str,
        "stream": NotRequired[Union[bool, None]],
        "stream_options": NotRequired[Any],
        "max_tokens": NotRequired[Union[int, None]],
        "max_completion_tokens": NotRequired[Union[int, None]],
        "n": NotRequired[Union[int, None]],
        "prompt": Union[str, List[Any]],
    })

    CreateDetectionMaintenanceAnswer = TypedDict("CreateDetectionMaintenanceAnswer", {
        "id": str,
        "target": Literal["fleet", "node", "gpu"],
        "target_id": str,
        "reason": str,
        "starts_at": str,
        "ends_at": str,
        "created_by": str,
        "created_at": str,
    })

    CreateDetectionMaintenanceBody = TypedDict("CreateDetectionMaintenanceBody", {
        "target": Literal["fleet", "node", "gpu"],
        "target_id": NotRequired[str],
        "reason": str,
        "starts_at": NotRequired[str],
        "ends_at": str,
    })

    CreateDiskAnswer = TypedDict("CreateDiskAnswer", {
        "operation_id": str,
        "disk_name": str,
        "action": Literal["create", "delete", "rename", "clone", "restore", "unlock", "snapshot"],
        "message": str,
        "requested_at": str,
    })

    CreateDiskBody = TypedDict("CreateDiskBody", {
        "disk_name": str,
        "size_gb": NotRequired[int],
    })

    CreateEmbeddingAnswer = TypedDict("CreateEmbeddingAnswer", {
        "object": NotRequired[str],
        "model": NotRequired[str],
    })

    CreateEmbeddingBody = TypedDict("CreateEmbeddingBody", {
        "model": str,
        "input": Union[str, List[Any]],
        "dimensions": NotRequired[int],
    })

    CreateFirewallPolicyAnswerSettingsPii = TypedDict("CreateFirewallPolicyAnswerSettingsPii", {
        "card": NotRequired[Literal["allow", "mask", "block"]],
        "iban": NotRequired[Literal["allow", "mask", "block"]],
        "email": NotRequired[Literal["allow", "mask", "block"]],
        "phone": NotRequired[Literal["allow", "mask", "block"]],
        "ip": NotRequired[Literal["allow", "mask", "block"]],
        "ssn": NotRequired[Literal["allow", "mask", "block"]],
        "national_id": NotRequired[Literal["allow", "mask", "block"]],
        "passport": NotRequired[Literal["allow", "mask", "block"]],
        "driver_licence": NotRequired[Literal["allow", "mask", "block"]],
        "bank_account": NotRequired[Literal["allow", "mask", "block"]],
        "crypto_wallet": NotRequired[Literal["allow", "mask", "block"]],
        "mac_address": NotRequired[Literal["allow", "mask", "block"]],
        "date_of_birth": NotRequired[Literal["allow", "mask", "block"]],
    })

    CreateFirewallPolicyAnswerSettings = TypedDict("CreateFirewallPolicyAnswerSettings", {
        "enabled": NotRequired[bool],
        "report_only": NotRequired[bool],
        "injection_threshold": NotRequired[float],
        "uncertain_from": NotRequired[float],
        "guard_on_failure": NotRequired[Literal["allow", "block"]],
        "session_risk_threshold": NotRequired[float],
        "system_messages": NotRequired[Literal["rules", "judge"]],
        "toxicity": NotRequired[Literal["allow", "mask", "block"]],
        "toxicity_threshold": NotRequired[float],
        "secrets": NotRequired[Literal["allow", "mask", "block"]],
        "exfiltration": NotRequired[Literal["allow", "mask", "block"]],
        "pii": NotRequired[CreateFirewallPolicyAnswerSettingsPii],
        "allowed_link_hosts": NotRequired[List[str]],
        "canaries": NotRequired[List[str]],
    })

    CreateFirewallPolicyAnswer = TypedDict("CreateFirewallPolicyAnswer", {
        "id": str,
        "model": Union[str, None],
        "principal_id": Union[str, None],
        "description": str,
        "settings": CreateFirewallPolicyAnswerSettings,
        "created_at": str,
        "updated_at": str,
    })

    CreateFirewallPolicyBodySettingsPii = TypedDict("CreateFirewallPolicyBodySettingsPii", {
        "card": NotRequired[Literal["allow", "mask", "block"]],
        "iban": NotRequired[Literal["allow", "mask", "block"]],
        "email": NotRequired[Literal["allow", "mask", "block"]],
        "phone": NotRequired[Literal["allow", "mask", "block"]],
        "ip": NotRequired[Literal["allow", "mask", "block"]],
        "ssn": NotRequired[Literal["allow", "mask", "block"]],
        "national_id": NotRequired[Literal["allow", "mask", "block"]],
        "passport": NotRequired[Literal["allow", "mask", "block"]],
        "driver_licence": NotRequired[Literal["allow", "mask", "block"]],
        "bank_account": NotRequired[Literal["allow", "mask", "block"]],
        "crypto_wallet": NotRequired[Literal["allow", "mask", "block"]],
        "mac_address": NotRequired[Literal["allow", "mask", "block"]],
        "date_of_birth": NotRequired[Literal["allow", "mask", "block"]],
    })

    CreateFirewallPolicyBodySettings = TypedDict("CreateFirewallPolicyBodySettings", {
        "enabled": NotRequired[bool],
        "report_only": NotRequired[bool],
        "injection_threshold": NotRequired[float],
        "uncertain_from": NotRequired[float],
        "guard_on_failure": NotRequired[Literal["allow", "block"]],
        "session_risk_threshold": NotRequired[float],
        "system_messages": NotRequired[Literal["rules", "judge"]],
        "toxicity": NotRequired[Literal["allow", "mask", "block"]],
        "toxicity_threshold": NotRequired[float],
        "secrets": NotRequired[Literal["allow", "mask", "block"]],
        "exfiltration": NotRequired[Literal["allow", "mask", "block"]],
        "pii": NotRequired[CreateFirewallPolicyBodySettingsPii],
        "allowed_link_hosts": NotRequired[List[str]],
        "canaries": NotRequired[List[str]],
    })

    CreateFirewallPolicyBody = TypedDict("CreateFirewallPolicyBody", {
        "model": NotRequired[str],
        "principal_id": NotRequired[str],
        "description": NotRequired[str],
        "settings": CreateFirewallPolicyBodySettings,
    })

    CreateResponseAnswer = TypedDict("CreateResponseAnswer", {
        "object": NotRequired[str],
    })

    CreateResponseBody = TypedDict("CreateResponseBody", {
        "model": str,
        "input": Union[str, List[Dict[str, Any]]],
        "instructions": NotRequired[Union[str, None]],
        "max_output_tokens": NotRequired[Union[int, None]],
        "stream": NotRequired[Union[bool, None]],
    })

    CreateScopedTokenAnswer = TypedDict("CreateScopedTokenAnswer", {
        "access_token": str,
        "token_type": Literal["bearer"],
        "expires_in": int,
        "model": str,
        "max_tokens": int,
        "scopes": List[str],
    })

    CreateScopedTokenBody = TypedDict("CreateScopedTokenBody", {
        "model": str,
        "max_tokens": int,
        "scopes": List[Literal["nodes:read", "nodes:write", "nodes:write:own", "sensors:read", "sensors:read:own", "sensors:write", "sensors:write:own", "telemetry:read", "telemetry:write", "telemetry:write:own", "events:read", "events:write", "events:write:own", "alerts:read", "alerts:write", "detection:read", "detection:write", "agents:read", "agents:write", "agents:write:own", "scores:read", "scores:write", "users:read", "users:write", "keys:own", "keys:admin", "tokens:introspect", "audit:read", "audit:export", "queues:read", "queues:write", "health:read", "metrics:read", "webhooks:read", "webhooks:write", "limits:read", "limits:write", "jobs:read", "jobs:read:own", "jobs:write", "jobs:write:own", "disks:read", "disks:read:own", "disks:write", "disks:write:own", "cluster:read", "cluster:write", "llm:generate", "llm:embed", "models:read", "models:write", "usage:read", "usage:read:own", "vectors:read", "vectors:write", "firewall:read", "firewall:write", "self"]],
    })

    CreateServiceAccountAnswer = TypedDict("CreateServiceAccountAnswer", {
        "id": str,
        "client_id": str,
        "username": str,
        "description": str,
        "roles": List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]],
        "disabled": bool,
        "created_at": str,
        "updated_at": str,
    })

    CreateServiceAccountBody = TypedDict("CreateServiceAccountBody", {
        "username": str,
        "description": NotRequired[str],
        "roles": List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]],
    })

    CreateUserAnswer = TypedDict("CreateUserAnswer", {
        "id": str,
        "username": str,
        "kind": Literal["person", "service"],
        "email": Union[str, None],
        "roles": List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]],
        "disabled": bool,
        "created_at": str,
        "updated_at": str,
        "last_login_at": Union[str, None],
    })

    CreateUserBody = TypedDict("CreateUserBody", {
        "username": str,
        "password": str,
        "email": NotRequired[str],
        "roles": List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]],
    })

    CreateWebhookAnswer = TypedDict("CreateWebhookAnswer", {
        "id": str,
        "url": str,
        "description": str,
        "event_types": List[str],
        "labels": Dict[str, str],
        "ordered": bool,
        "rate_limit_per_second": Union[int, None],
        "enabled": bool,
        "disabled_reason": Union[Literal["manual", "gone", "failing"], None],
        "disabled_at": Union[str, None],
        "failing_since": Union[str, None],
        "created_at": str,
        "updated_at": str,
        "secret": str,
    })

    CreateWebhookBody = TypedDict("CreateWebhookBody", {
        "url": str,
        "description": NotRequired[str],
        "event_types": NotRequired[List[str]],
        "labels": NotRequired[Dict[str, str]],
        "ordered": NotRequired[bool],
        "rate_limit_per_second": NotRequired[Union[int, None]],
        "secret": NotRequired[str],
    })

    DebugJobAnswerJobPlacementsItem = TypedDict("DebugJobAnswerJobPlacementsItem", {
        "rank": int,
        "node": str,
        "pod_name": Union[str, None],
        "gpu_ids": List[str],
        "host": Union[str, None],
        "ssh_port": Union[int, None],
    })

    DebugJobAnswerJobEstimateReasonsItem = TypedDict("DebugJobAnswerJobEstimateReasonsItem", {
        "code": Literal["free_now", "waits_for_job", "fragmentation", "whole_nodes", "ahead_in_queue", "quota", "maintenance", "disk_in_use", "no_capacity", "start_up"],
        "message": str,
        "job_id": NotRequired[str],
        "at": NotRequired[str],
    })

    DebugJobAnswerJobEstimate = TypedDict("DebugJobAnswerJobEstimate", {
        "start_time": Union[str, None],
        "wait_seconds": Union[int, None],
        "queue_position": Union[int, None],
        "gpu_hours": float,
        "reasons": List[DebugJobAnswerJobEstimateReasonsItem],
    })

    DebugJobAnswerJobHistoryItem = TypedDict("DebugJobAnswerJobHistoryItem", {
        "at": str,
        "kind": str,
        "status": Union[Literal["pending", "queued", "preparing", "active", "expired", "cancelled", "failed"], None],
        "message": str,
    })

    DebugJobAnswerJobRisk = TypedDict("DebugJobAnswerJobRisk", {
        "score": float,
        "level": str,
    })

    DebugJobAnswerJob = TypedDict("DebugJobAnswerJob", {
        "job_id": str,
        "reservation_id": str,
        "user_id": str,
        "status": Literal["pending", "queued", "preparing", "active", "expired", "cancelled", "failed"],
        "gpu_type": str,
        "gpu_count": int,
        "nodes": int,
        "instance_type": str,
        "image": Union[str, None],
        "duration_hours": float,
        "disk_name": Union[str, None],
        "created_at": str,
        "started_at": Union[str, None],
        "expires_at": Union[str, None],
        "ended_at": Union[str, None],
        "name": Union[str, None],
        "node": Union[str, None],
        "status_detail": Union[str, None],
        "queue_position": Union[int, None],
        "estimated_start_time": Union[str, None],
        "exit_code": Union[int, None],
        "gpu_hours": float,
        "pod_name": Union[str, None],
        "node_ip": Union[str, None],
        "node_port": Union[int, None],
        "ssh_command": Union[str, None],
        "jupyter_enabled": bool,
        "jupyter_url": Union[str, None],
        "jupyter_token": Union[str, None],
        "jupyter_error": Union[str, None],
        "github_user": Union[str, None],
        "extra_users": List[str],
        "gpu_ids": List[str],
        "placements": List[DebugJobAnswerJobPlacementsItem],
        "estimate": Union[DebugJobAnswerJobEstimate, None],
        "history": List[DebugJobAnswerJobHistoryItem],
        "warnings": List[str],
        "oom_count": int,
        "last_oom_at": Union[str, None],
        "terminal_url": Union[str, None],
        "risk": Union[DebugJobAnswerJobRisk, None],
    })

    DebugJobAnswer = TypedDict("DebugJobAnswer", {
        "job": DebugJobAnswerJob,
        "runtime": str,
        "workload": Union[Dict[str, Any], None],
        "messages": List[str],
        "logs": str,
    })

    DeleteDiskAnswer = TypedDict("DeleteDiskAnswer", {
        "operation_id": str,
        "disk_name": str,
        "action": Literal["create", "delete", "rename", "clone", "restore", "unlock", "snapshot"],
        "message": str,
        "requested_at": str,
    })

    DeleteVectorsAnswer = TypedDict("DeleteVectorsAnswer", {
        "deleted": int,
    })

    DeleteVectorsBody = TypedDict("DeleteVectorsBody", {
        "ids": List[str],
    })

    DenyDeviceLoginAnswer = TypedDict("DenyDeviceLoginAnswer", {
        "user_code": str,
        "client_id": str,
        "status": Literal["pending", "approved", "denied", "used"],
        "ip_address": str,
        "user_agent": Union[str, None],
        "created_at": str,
        "expires_at": str,
    })

    DisableJupyterAnswer = TypedDict("DisableJupyterAnswer", {
        "job_id": str,
        "action": Literal["cancel", "extend", "enable_jupyter", "disable_jupyter", "add_user", "set_priority"],
        "status": Literal["requested"],
        "message": str,
        "expires_at": Union[str, None],
    })

    DisableWebhookAnswer = TypedDict("DisableWebhookAnswer", {
        "id": str,
        "url": str,
        "description": str,
        "event_types": List[str],
        "labels": Dict[str, str],
        "ordered": bool,
        "rate_limit_per_second": Union[int, None],
        "enabled": bool,
        "disabled_reason": Union[Literal["manual", "gone", "failing"], None],
        "disabled_at": Union[str, None],
        "failing_since": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    EnableJupyterAnswer = TypedDict("EnableJupyterAnswer", {
        "job_id": str,
        "action": Literal["cancel", "extend", "enable_jupyter", "disable_jupyter", "add_user", "set_priority"],
        "status": Literal["requested"],
        "message": str,
        "expires_at": Union[str, None],
    })

    EnableWebhookAnswer = TypedDict("EnableWebhookAnswer", {
        "id": str,
        "url": str,
        "description": str,
        "event_types": List[str],
        "labels": Dict[str, str],
        "ordered": bool,
        "rate_limit_per_second": Union[int, None],
        "enabled": bool,
        "disabled_reason": Union[Literal["manual", "gone", "failing"], None],
        "disabled_at": Union[str, None],
        "failing_since": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    EndAlertSilenceAnswer = TypedDict("EndAlertSilenceAnswer", {
        "id": str,
        "sources": List[str],
        "severities": List[Literal["info", "low", "medium", "high", "critical"]],
        "node_ids": List[str],
        "gpu_ids": List[str],
        "fingerprint_prefix": Union[str, None],
        "reason": str,
        "starts_at": str,
        "ends_at": str,
        "state": Literal["pending", "active", "ended"],
        "created_by": str,
        "created_at": str,
        "ended_by": Union[str, None],
    })

    EndDetectionMaintenanceAnswer = TypedDict("EndDetectionMaintenanceAnswer", {
        "id": str,
        "target": Literal["fleet", "node", "gpu"],
        "target_id": str,
        "reason": str,
        "starts_at": str,
        "ends_at": str,
        "created_by": str,
        "created_at": str,
    })

    ExplainGpuDetectionAnswerBaseline = TypedDict("ExplainGpuDetectionAnswerBaseline", {
        "learned_until": str,
        "observed_seconds": float,
        "interval_seconds": Union[float, None],
        "idle_power": Union[float, None],
        "most_power": Union[float, None],
        "power_limit": Union[float, None],
        "utilization": Union[float, None],
        "power": Union[float, None],
        "temperature": Union[float, None],
        "memory_used": Union[float, None],
        "clock": Union[float, None],
    })

    ExplainGpuDetectionAnswerLatestReasonsItem = TypedDict("ExplainGpuDetectionAnswerLatestReasonsItem", {
        "detector": str,
        "metric": str,
        "observed": Union[float, None],
        "expected": Union[float, None],
        "unit": str,
        "text": str,
    })

    ExplainGpuDetectionAnswerLatest = TypedDict("ExplainGpuDetectionAnswerLatest", {
        "timestamp": str,
        "anomaly_score": Union[float, None],
        "reasons": List[ExplainGpuDetectionAnswerLatestReasonsItem],
    })

    ExplainGpuDetectionAnswerFindingsItemReasonsItem = TypedDict("ExplainGpuDetectionAnswerFindingsItemReasonsItem", {
        "detector": str,
        "metric": str,
        "observed": Union[float, None],
        "expected": Union[float, None],
        "unit": str,
        "text": str,
    })

    ExplainGpuDetectionAnswerFindingsItem = TypedDict("ExplainGpuDetectionAnswerFindingsItem", {
        "gpu_id": str,
        "gpu_name": str,
        "node_id": str,
        "node_name": Union[str, None],
        "family": str,
        "active": bool,
        "score": float,
        "detectors": List[str],
        "reasons": List[ExplainGpuDetectionAnswerFindingsItemReasonsItem],
        "alert_id": str,
        "first_at": str,
        "last_at": str,
    })

    ExplainGpuDetectionAnswer = TypedDict("ExplainGpuDetectionAnswer", {
        "gpu_id": str,
        "node_id": str,
        "judged": bool,
        "why_not": Union[str, None],
        "threshold": float,
        "detectors_off": List[str],
        "baseline": Union[ExplainGpuDetectionAnswerBaseline, None],
        "latest": Union[ExplainGpuDetectionAnswerLatest, None],
        "findings": List[ExplainGpuDetectionAnswerFindingsItem],
    })

    ExportBehaviourBaselineAnswerModel = TypedDict("ExportBehaviourBaselineAnswerModel", {
        "order": int,
        "symbols": List[str],
        "contexts": Dict[str, List[int]],
    })

    ExportBehaviourBaselineAnswer = TypedDict("ExportBehaviourBaselineAnswer", {
        "id": str,
        "workload": str,
        "status": Literal["learning", "frozen"],
        "version": int,
        "sequences": int,
        "syscalls": int,
        "created_at": str,
        "updated_at": str,
        "model": ExportBehaviourBaselineAnswerModel,
        "surprises": List[int],
    })

    ExtendJobAnswer = TypedDict("ExtendJobAnswer", {
        "job_id": str,
        "action": Literal["cancel", "extend", "enable_jupyter", "disable_jupyter", "add_user", "set_priority"],
        "status": Literal["requested"],
        "message": str,
        "expires_at": Union[str, None],
    })

    ExtendJobBody = TypedDict("ExtendJobBody", {
        "extension_hours": float,
    })

    FreezeBehaviourBaselineAnswer = TypedDict("FreezeBehaviourBaselineAnswer", {
        "id": str,
        "workload": str,
        "status": Literal["learning", "frozen"],
        "version": int,
        "sequences": int,
        "syscalls": int,
        "created_at": str,
        "updated_at": str,
    })

    GenerateAnswer = TypedDict("GenerateAnswer", {
        "content": str,
        "model": str,
        "tokens_used": int,
        "latency_ms": int,
    })

    GenerateBody = TypedDict("GenerateBody", {
        "prompt": str,
        "model": str,
        "max_tokens": NotRequired[int],
        "temperature": NotRequired[float],
        "system": NotRequired[str],
    })

    GetAgentAnswerWebhooksItem = TypedDict("GetAgentAnswerWebhooksItem", {
        "endpoint_id": str,
        "url": str,
        "threshold": float,
    })

    GetAgentAnswer = TypedDict("GetAgentAnswer", {
        "id": str,
        "name": str,
        "description": str,
        "status": Literal["active", "revoked"],
        "source": Literal["registered", "configured"],
        "format": Literal["gpushield", "falco", "tetragon"],
        "node_id": Union[str, None],
        "sensor_id": Union[str, None],
        "labels": Dict[str, str],
        "webhooks": List[GetAgentAnswerWebhooksItem],
        "registered_by": str,
        "last_seen_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    GetAlertAnswer = TypedDict("GetAlertAnswer", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    GetAlertSilenceAnswer = TypedDict("GetAlertSilenceAnswer", {
        "id": str,
        "sources": List[str],
        "severities": List[Literal["info", "low", "medium", "high", "critical"]],
        "node_ids": List[str],
        "gpu_ids": List[str],
        "fingerprint_prefix": Union[str, None],
        "reason": str,
        "starts_at": str,
        "ends_at": str,
        "state": Literal["pending", "active", "ended"],
        "created_by": str,
        "created_at": str,
        "ended_by": Union[str, None],
    })

    GetAlertSummaryAnswerCountsItem = TypedDict("GetAlertSummaryAnswerCountsItem", {
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "alerts": int,
    })

    GetAlertSummaryAnswer = TypedDict("GetAlertSummaryAnswer", {
        "total": int,
        "active": int,
        "by_status": Dict[str, int],
        "by_severity": Dict[str, int],
        "counts": List[GetAlertSummaryAnswerCountsItem],
    })

    GetAuditPublicKeyAnswer = TypedDict("GetAuditPublicKeyAnswer", {
        "key_id": str,
        "algorithm": Literal["Ed25519"],
        "public_key": str,
    })

    GetClusterStatusAnswerByGpuTypeValue = TypedDict("GetClusterStatusAnswerByGpuTypeValue", {
        "gpu_type": str,
        "total": int,
        "available": int,
        "in_use": int,
        "queued": int,
        "max_per_node": int,
        "largest_free": int,
        "free_whole_nodes": int,
        "unavailable": int,
    })

    GetClusterStatusAnswer = TypedDict("GetClusterStatusAnswer", {
        "total_gpus": int,
        "available_gpus": int,
        "in_use_gpus": int,
        "queued_gpus": int,
        "active_reservations": int,
        "preparing_reservations": int,
        "queued_reservations": int,
        "pending_reservations": int,
        "by_gpu_type": Dict[str, GetClusterStatusAnswerByGpuTypeValue],
        "timestamp": str,
        "runtime": str,
        "stale": bool,
    })

    GetDeviceLoginAnswer = TypedDict("GetDeviceLoginAnswer", {
        "user_code": str,
        "client_id": str,
        "status": Literal["pending", "approved", "denied", "used"],
        "ip_address": str,
        "user_agent": Union[str, None],
        "created_at": str,
        "expires_at": str,
    })

    GetDiskAnswer = TypedDict("GetDiskAnswer", {
        "disk_name": str,
        "user_id": str,
        "size_gb": int,
        "created_at": str,
        "last_used": Union[str, None],
        "in_use": bool,
        "reservation_id": Union[str, None],
        "is_backing_up": bool,
        "is_deleted": bool,
        "delete_date": Union[str, None],
        "snapshot_count": int,
        "status": Literal["creating", "ready", "failed", "deleted"],
        "status_detail": Union[str, None],
    })

    GetDiskContentAnswer = TypedDict("GetDiskContentAnswer", {
        "disk_name": str,
        "content": Union[str, None],
        "s3_path": Union[str, None],
        "snapshot_date": Union[str, None],
        "message": Union[str, None],
    })

    GetDiskOperationAnswer = TypedDict("GetDiskOperationAnswer", {
        "operation_id": str,
        "disk_name": str,
        "action": Literal["create", "delete", "rename", "clone", "restore", "unlock", "snapshot"],
        "status": Literal["pending", "running", "completed", "failed"],
        "error": Union[str, None],
        "is_deleted": bool,
        "delete_date": Union[str, None],
        "created_at": str,
        "last_updated": str,
        "completed": bool,
    })

    GetFirewallPolicyAnswerSettingsPii = TypedDict("GetFirewallPolicyAnswerSettingsPii", {
        "card": NotRequired[Literal["allow", "mask", "block"]],
        "iban": NotRequired[Literal["allow", "mask", "block"]],
        "email": NotRequired[Literal["allow", "mask", "block"]],
        "phone": NotRequired[Literal["allow", "mask", "block"]],
        "ip": NotRequired[Literal["allow", "mask", "block"]],
        "ssn": NotRequired[Literal["allow", "mask", "block"]],
        "national_id": NotRequired[Literal["allow", "mask", "block"]],
        "passport": NotRequired[Literal["allow", "mask", "block"]],
        "driver_licence": NotRequired[Literal["allow", "mask", "block"]],
        "bank_account": NotRequired[Literal["allow", "mask", "block"]],
        "crypto_wallet": NotRequired[Literal["allow", "mask", "block"]],
        "mac_address": NotRequired[Literal["allow", "mask", "block"]],
        "date_of_birth": NotRequired[Literal["allow", "mask", "block"]],
    })

    GetFirewallPolicyAnswerSettings = TypedDict("GetFirewallPolicyAnswerSettings", {
        "enabled": NotRequired[bool],
        "report_only": NotRequired[bool],
        "injection_threshold": NotRequired[float],
        "uncertain_from": NotRequired[float],
        "guard_on_failure": NotRequired[Literal["allow", "block"]],
        "session_risk_threshold": NotRequired[float],
        "system_messages": NotRequired[Literal["rules", "judge"]],
        "toxicity": NotRequired[Literal["allow", "mask", "block"]],
        "toxicity_threshold": NotRequired[float],
        "secrets": NotRequired[Literal["allow", "mask", "block"]],
        "exfiltration": NotRequired[Literal["allow", "mask", "block"]],
        "pii": NotRequired[GetFirewallPolicyAnswerSettingsPii],
        "allowed_link_hosts": NotRequired[List[str]],
        "canaries": NotRequired[List[str]],
    })

    GetFirewallPolicyAnswer = TypedDict("GetFirewallPolicyAnswer", {
        "id": str,
        "model": Union[str, None],
        "principal_id": Union[str, None],
        "description": str,
        "settings": GetFirewallPolicyAnswerSettings,
        "created_at": str,
        "updated_at": str,
    })

    GetGpuAnswer = TypedDict("GetGpuAnswer", {
        "id": str,
        "node_id": str,
        "vendor": Literal["nvidia", "amd", "intel"],
        "model": str,
        "device_id": str,
        "uuid": str,
        "memory_total": int,
        "compute_capability": Union[str, None],
        "driver_version": Union[str, None],
        "vbios_version": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    GetGpuAvailabilityAnswerAvailabilityValue = TypedDict("GetGpuAvailabilityAnswerAvailabilityValue", {
        "gpu_type": str,
        "total": int,
        "available": int,
        "in_use": int,
        "queued": int,
        "max_per_node": int,
        "largest_free": int,
        "free_whole_nodes": int,
        "unavailable": int,
    })

    GetGpuAvailabilityAnswer = TypedDict("GetGpuAvailabilityAnswer", {
        "availability": Dict[str, GetGpuAvailabilityAnswerAvailabilityValue],
        "timestamp": str,
        "as_of": str,
        "stale": bool,
    })

    GetHealthAnswer = TypedDict("GetHealthAnswer", {
        "status": Literal["healthy", "degraded", "unhealthy"],
        "database": Literal["healthy", "degraded", "unhealthy"],
        "queue": Literal["healthy", "degraded", "unhealthy"],
        "timestamp": str,
    })

    GetHealthDetailsAnswerChecksItem = TypedDict("GetHealthDetailsAnswerChecksItem", {
        "name": str,
        "status": Literal["healthy", "degraded", "unhealthy"],
        "detail": str,
        "facts": Dict[str, Union[str, float, bool, None]],
    })

    GetHealthDetailsAnswer = TypedDict("GetHealthDetailsAnswer", {
        "status": Literal["healthy", "degraded", "unhealthy"],
        "version": str,
        "uptime_seconds": int,
        "timestamp": str,
        "checks": List[GetHealthDetailsAnswerChecksItem],
    })

    GetInventoryAnswerInventoryHost = TypedDict("GetInventoryAnswerInventoryHost", {
        "hostname": str,
        "machine_id": Union[str, None],
        "boot_id": Union[str, None],
        "operating_system": str,
        "architecture": str,
        "kernel_release": str,
        "kernel_version": str,
        "cpu_model": Union[str, None],
        "cpu_count": int,
        "memory_bytes": int,
        "virtualization": Union[str, None],
    })

    GetInventoryAnswerInventoryTaint = TypedDict("GetInventoryAnswerInventoryTaint", {
        "value": Union[int, None],
        "flags": List[str],
    })

    GetInventoryAnswerInventoryModulesItem = TypedDict("GetInventoryAnswerInventoryModulesItem", {
        "name": str,
        "path": Union[str, None],
        "sha256": Union[str, None],
        "size_bytes": Union[int, None],
        "problem": NotRequired[str],
        "version": NotRequired[Union[str, None]],
        "signer": NotRequired[Union[str, None]],
        "taint": NotRequired[str],
    })

    GetInventoryAnswerInventoryFirmwareItem = TypedDict("GetInventoryAnswerInventoryFirmwareItem", {
        "path": str,
        "sha256": Union[str, None],
        "size_bytes": Union[int, None],
        "problem": NotRequired[str],
    })

    GetInventoryAnswerInventoryFilesItem = TypedDict("GetInventoryAnswerInventoryFilesItem", {
        "path": str,
        "sha256": Union[str, None],
        "size_bytes": Union[int, None],
        "problem": NotRequired[str],
    })

    GetInventoryAnswerInventory = TypedDict("GetInventoryAnswerInventory", {
        "collected_at": str,
        "host": GetInventoryAnswerInventoryHost,
        "taint": GetInventoryAnswerInventoryTaint,
        "modules": List[GetInventoryAnswerInventoryModulesItem],
        "firmware": List[GetInventoryAnswerInventoryFirmwareItem],
        "files": List[GetInventoryAnswerInventoryFilesItem],
        "drivers": Dict[str, str],
        "toolkits": Dict[str, str],
        "blind": List[str],
    })

    GetInventoryAnswerDriftItem = TypedDict("GetInventoryAnswerDriftItem", {
        "kind": Literal["module", "firmware", "file", "taint", "kernel", "driver", "toolkit"],
        "name": str,
        "change": Literal["changed", "added", "removed"],
        "expected": Union[str, None],
        "actual": Union[str, None],
    })

    GetInventoryAnswer = TypedDict("GetInventoryAnswer", {
        "sensor_id": str,
        "node_id": str,
        "received_at": str,
        "baseline_at": str,
        "inventory": GetInventoryAnswerInventory,
        "drift": List[GetInventoryAnswerDriftItem],
    })

    GetJobAnswerPlacementsItem = TypedDict("GetJobAnswerPlacementsItem", {
        "rank": int,
        "node": str,
        "pod_name": Union[str, None],
        "gpu_ids": List[str],
        "host": Union[str, None],
        "ssh_port": Union[int, None],
    })

    GetJobAnswerEstimateReasonsItem = TypedDict("GetJobAnswerEstimateReasonsItem", {
        "code": Literal["free_now", "waits_for_job", "fragmentation", "whole_nodes", "ahead_in_queue", "quota", "maintenance", "disk_in_use", "no_capacity", "start_up"],
        "message": str,
        "job_id": NotRequired[str],
        "at": NotRequired[str],
    })

    GetJobAnswerEstimate = TypedDict("GetJobAnswerEstimate", {
        "start_time": Union[str, None],
        "wait_seconds": Union[int, None],
        "queue_position": Union[int, None],
        "gpu_hours": float,
        "reasons": List[GetJobAnswerEstimateReasonsItem],
    })

    GetJobAnswerHistoryItem = TypedDict("GetJobAnswerHistoryItem", {
        "at": str,
        "kind": str,
        "status": Union[Literal["pending", "queued", "preparing", "active", "expired", "cancelled", "failed"], None],
        "message": str,
    })

    GetJobAnswerRisk = TypedDict("GetJobAnswerRisk", {
        "score": float,
        "level": str,
    })

    GetJobAnswer = TypedDict("GetJobAnswer", {
        "job_id": str,
        "reservation_id": str,
        "user_id": str,
        "status": Literal["pending", "queued", "preparing", "active", "expired", "cancelled", "failed"],
        "gpu_type": str,
        "gpu_count": int,
        "nodes": int,
        "instance_type": str,
        "image": Union[str, None],
        "duration_hours": float,
        "disk_name": Union[str, None],
        "created_at": str,
        "started_at": Union[str, None],
        "expires_at": Union[str, None],
        "ended_at": Union[str, None],
        "name": Union[str, None],
        "node": Union[str, None],
        "status_detail": Union[str, None],
        "queue_position": Union[int, None],
        "estimated_start_time": Union[str, None],
        "exit_code": Union[int, None],
        "gpu_hours": float,
        "pod_name": Union[str, None],
        "node_ip": Union[str, None],
        "node_port": Union[int, None],
        "ssh_command": Union[str, None],
        "jupyter_enabled": bool,
        "jupyter_url": Union[str, None],
        "jupyter_token": Union[str, None],
        "jupyter_error": Union[str, None],
        "github_user": Union[str, None],
        "extra_users": List[str],
        "gpu_ids": List[str],
        "placements": List[GetJobAnswerPlacementsItem],
        "estimate": Union[GetJobAnswerEstimate, None],
        "history": List[GetJobAnswerHistoryItem],
        "warnings": List[str],
        "oom_count": int,
        "last_oom_at": Union[str, None],
        "terminal_url": Union[str, None],
        "risk": Union[GetJobAnswerRisk, None],
    })

    GetJobLogsAnswer = TypedDict("GetJobLogsAnswer", {
        "job_id": str,
        "rank": int,
        "text": str,
        "truncated": bool,
        "kept": bool,
    })

    GetMeAnswer = TypedDict("GetMeAnswer", {
        "id": str,
        "kind": Literal["user", "api_key", "service", "certificate", "agent", "scoped_token", "anonymous"],
        "username": Union[str, None],
        "roles": List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]],
        "scopes": List[Literal["nodes:read", "nodes:write", "nodes:write:own", "sensors:read", "sensors:read:own", "sensors:write", "sensors:write:own", "telemetry:read", "telemetry:write", "telemetry:write:own", "events:read", "events:write", "events:write:own", "alerts:read", "alerts:write", "detection:read", "detection:write", "agents:read", "agents:write", "agents:write:own", "scores:read", "scores:write", "users:read", "users:write", "keys:own", "keys:admin", "tokens:introspect", "audit:read", "audit:export", "queues:read", "queues:write", "health:read", "metrics:read", "webhooks:read", "webhooks:write", "limits:read", "limits:write", "jobs:read", "jobs:read:own", "jobs:write", "jobs:write:own", "disks:read", "disks:read:own", "disks:write", "disks:write:own", "cluster:read", "cluster:write", "llm:generate", "llm:embed", "models:read", "models:write", "usage:read", "usage:read:own", "vectors:read", "vectors:write", "firewall:read", "firewall:write", "self"]],
        "credential_expires_at": Union[str, None],
    })

    GetNodeAnswer = TypedDict("GetNodeAnswer", {
        "id": str,
        "name": str,
        "cluster_id": str,
        "ip_address": Union[str, None],
        "kubernetes_version": Union[str, None],
        "kernel_version": Union[str, None],
        "operating_system": Union[str, None],
        "architecture": Union[str, None],
        "labels": Dict[str, str],
        "status": Literal["online", "offline", "unknown"],
        "gpu_count": int,
        "sensor_count": int,
        "registered_by": str,
        "last_seen_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    GetOpenaiModelAnswer = TypedDict("GetOpenaiModelAnswer", {
        "id": str,
        "object": Literal["model"],
        "created": int,
        "owned_by": str,
    })

    GetProcessAnswer = TypedDict("GetProcessAnswer", {
        "process_id": str,
        "agent_id": str,
        "pid": int,
        "started_at": Union[str, None],
        "parent_process_id": Union[str, None],
        "command": Union[str, None],
        "executable": Union[str, None],
        "executable_sha256": Union[str, None],
        "user_id": Union[int, None],
        "user_name": Union[str, None],
        "container_id": Union[str, None],
        "image": Union[str, None],
        "pod": Union[str, None],
        "namespace": Union[str, None],
        "job_id": Union[str, None],
        "node_id": Union[str, None],
        "workload": Union[str, None],
        "event_count": int,
        "risk_score": float,
        "alert_id": Union[str, None],
        "first_seen_at": str,
        "last_seen_at": str,
        "created_at": str,
    })

    GetProcessScoreAnswerContributionsItem = TypedDict("GetProcessScoreAnswerContributionsItem", {
        "rule": str,
        "title": str,
        "technique": Union[str, None],
        "tactic": Union[str, None],
        "weight": float,
        "decayed_weight": float,
        "timestamp": str,
        "event_id": Union[str, None],
    })

    GetProcessScoreAnswer = TypedDict("GetProcessScoreAnswer", {
        "process_id": str,
        "agent_id": str,
        "pid": int,
        "command": Union[str, None],
        "executable": Union[str, None],
        "job_id": Union[str, None],
        "risk_score": float,
        "contributions": List[GetProcessScoreAnswerContributionsItem],
        "half_life_seconds": float,
        "alert_id": Union[str, None],
        "updated_at": str,
    })

    GetProcessTreeAnswerAncestorsItem = TypedDict("GetProcessTreeAnswerAncestorsItem", {
        "process_id": str,
        "agent_id": str,
        "pid": int,
        "started_at": Union[str, None],
        "parent_process_id": Union[str, None],
        "command": Union[str, None],
        "executable": Union[str, None],
        "executable_sha256": Union[str, None],
        "user_id": Union[int, None],
        "user_name": Union[str, None],
        "container_id": Union[str, None],
        "image": Union[str, None],
        "pod": Union[str, None],
        "namespace": Union[str, None],
        "job_id": Union[str, None],
        "node_id": Union[str, None],
        "workload": Union[str, None],
        "event_count": int,
        "risk_score": float,
        "alert_id": Union[str, None],
        "first_seen_at": str,
        "last_seen_at": str,
        "created_at": str,
    })

    GetProcessTreeAnswerProcess = TypedDict("GetProcessTreeAnswerProcess", {
        "process_id": str,
        "agent_id": str,
        "pid": int,
        "started_at": Union[str, None],
        "parent_process_id": Union[str, None],
        "command": Union[str, None],
        "executable": Union[str, None],
        "executable_sha256": Union[str, None],
        "user_id": Union[int, None],
        "user_name": Union[str, None],
        "container_id": Union[str, None],
        "image": Union[str, None],
        "pod": Union[str, None],
        "namespace": Union[str, None],
        "job_id": Union[str, None],
        "node_id": Union[str, None],
        "workload": Union[str, None],
        "event_count": int,
        "risk_score": float,
        "alert_id": Union[str, None],
        "first_seen_at": str,
        "last_seen_at": str,
        "created_at": str,
    })

    GetProcessTreeAnswerDescendantsItem = TypedDict("GetProcessTreeAnswerDescendantsItem", {
        "process_id": str,
        "agent_id": str,
        "pid": int,
        "started_at": Union[str, None],
        "parent_process_id": Union[str, None],
        "command": Union[str, None],
        "executable": Union[str, None],
        "executable_sha256": Union[str, None],
        "user_id": Union[int, None],
        "user_name": Union[str, None],
        "container_id": Union[str, None],
        "image": Union[str, None],
        "pod": Union[str, None],
        "namespace": Union[str, None],
        "job_id": Union[str, None],
        "node_id": Union[str, None],
        "workload": Union[str, None],
        "event_count": int,
        "risk_score": float,
        "alert_id": Union[str, None],
        "first_seen_at": str,
        "last_seen_at": str,
        "created_at": str,
    })

    GetProcessTreeAnswer = TypedDict("GetProcessTreeAnswer", {
        "process_id": str,
        "ancestors": List[GetProcessTreeAnswerAncestorsItem],
        "process": GetProcessTreeAnswerProcess,
        "descendants": List[GetProcessTreeAnswerDescendantsItem],
        "truncated": bool,
    })

    GetRiskThresholdAnswer = TypedDict("GetRiskThresholdAnswer", {
        "endpoint_id": str,
        "threshold": float,
        "hysteresis": float,
        "agent_id": Union[str, None],
        "updated_at": str,
    })

    GetScoreRecalculationAnswer = TypedDict("GetScoreRecalculationAnswer", {
        "id": str,
        "status": Literal["reading", "replacing", "succeeded", "cancelled"],
        "rules_version": str,
        "progress": float,
        "events_done": int,
        "processes_done": int,
        "started_by": str,
        "created_at": str,
        "updated_at": str,
        "finished_at": Union[str, None],
    })

    GetSecurityEventAnswer = TypedDict("GetSecurityEventAnswer", {
        "id": str,
        "node_id": str,
        "sensor_id": Union[str, None],
        "gpu_id": Union[str, None],
        "event_type": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "title": str,
        "description": str,
        "timestamp": str,
        "received_at": str,
        "fingerprint": str,
        "evidence": Dict[str, Any],
        "alert_id": Union[str, None],
    })

    GetSensorAnswerConfiguration = TypedDict("GetSensorAnswerConfiguration", {
        "heartbeat_interval_seconds": float,
        "telemetry_interval_seconds": float,
        "integrity_interval_seconds": float,
        "kernel_log_enabled": bool,
        "extra_integrity_paths": List[str],
    })

    GetSensorAnswer = TypedDict("GetSensorAnswer", {
        "id": str,
        "node_id": str,
        "name": str,
        "sensor_type": str,
        "version": str,
        "capabilities": List[str],
        "status": Literal["online", "offline", "never_seen"],
        "health": Union[Literal["healthy", "degraded", "unhealthy"], None],
        "health_detail": Union[str, None],
        "spooled_records": int,
        "configuration": GetSensorAnswerConfiguration,
        "configuration_version": int,
        "reported_configuration_version": Union[int, None],
        "registered_by": str,
        "last_heartbeat_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    GetSensorConfigurationAnswerConfiguration = TypedDict("GetSensorConfigurationAnswerConfiguration", {
        "heartbeat_interval_seconds": float,
        "telemetry_interval_seconds": float,
        "integrity_interval_seconds": float,
        "kernel_log_enabled": bool,
        "extra_integrity_paths": List[str],
    })

    GetSensorConfigurationAnswer = TypedDict("GetSensorConfigurationAnswer", {
        "configuration_version": int,
        "configuration": GetSensorConfigurationAnswerConfiguration,
    })

    GetServiceAccountAnswer = TypedDict("GetServiceAccountAnswer", {
        "id": str,
        "client_id": str,
        "username": str,
        "description": str,
        "roles": List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]],
        "disabled": bool,
        "created_at": str,
        "updated_at": str,
    })

    GetServiceInfoAnswer = TypedDict("GetServiceInfoAnswer", {
        "service": str,
        "version": str,
        "docs": str,
        "health": str,
        "auth": Dict[str, str],
        "endpoints": Dict[str, str],
    })

    GetUserAnswer = TypedDict("GetUserAnswer", {
        "id": str,
        "username": str,
        "kind": Literal["person", "service"],
        "email": Union[str, None],
        "roles": List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]],
        "disabled": bool,
        "created_at": str,
        "updated_at": str,
        "last_login_at": Union[str, None],
    })

    GetWebhookAnswer = TypedDict("GetWebhookAnswer", {
        "id": str,
        "url": str,
        "description": str,
        "event_types": List[str],
        "labels": Dict[str, str],
        "ordered": bool,
        "rate_limit_per_second": Union[int, None],
        "enabled": bool,
        "disabled_reason": Union[Literal["manual", "gone", "failing"], None],
        "disabled_at": Union[str, None],
        "failing_since": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    IngestEventsAnswerResultsItemError = TypedDict("IngestEventsAnswerResultsItemError", {
        "code": str,
        "message": str,
    })

    IngestEventsAnswerResultsItem = TypedDict("IngestEventsAnswerResultsItem", {
        "id": Union[str, None],
        "status": Literal["accepted", "duplicate", "error"],
        "error": NotRequired[IngestEventsAnswerResultsItemError],
    })

    IngestEventsAnswer = TypedDict("IngestEventsAnswer", {
        "accepted": int,
        "duplicates": int,
        "errors": int,
        "results": List[IngestEventsAnswerResultsItem],
    })

    IngestEventsBody = TypedDict("IngestEventsBody", {
        "agent_id": NotRequired[str],
        "events": List[Any],
    })

    IngestFalcoEventsAnswerResultsItemError = TypedDict("IngestFalcoEventsAnswerResultsItemError", {
        "code": str,
        "message": str,
    })

    IngestFalcoEventsAnswerResultsItem = TypedDict("IngestFalcoEventsAnswerResultsItem", {
        "id": Union[str, None],
        "status": Literal["accepted", "duplicate", "error"],
        "error": NotRequired[IngestFalcoEventsAnswerResultsItemError],
    })

    IngestFalcoEventsAnswer = TypedDict("IngestFalcoEventsAnswer", {
        "accepted": int,
        "duplicates": int,
        "errors": int,
        "results": List[IngestFalcoEventsAnswerResultsItem],
    })

    IngestTelemetryBulkAnswer = TypedDict("IngestTelemetryBulkAnswer", {
        "accepted": int,
        "received_at": str,
    })

    IngestTelemetryBulkBodyRecordsItem = TypedDict("IngestTelemetryBulkBodyRecordsItem", {
        "gpu_id": str,
        "sensor_id": NotRequired[Union[str, None]],
        "telemetry_type": NotRequired[Literal["metrics"]],
        "timestamp": str,
        "metrics": Dict[str, float],
    })

    IngestTelemetryBulkBody = TypedDict("IngestTelemetryBulkBody", {
        "records": List[IngestTelemetryBulkBodyRecordsItem],
    })

    IngestTelemetryRecordAnswer = TypedDict("IngestTelemetryRecordAnswer", {
        "id": str,
        "gpu_id": str,
        "timestamp": str,
        "received_at": str,
    })

    IngestTelemetryRecordBody = TypedDict("IngestTelemetryRecordBody", {
        "gpu_id": str,
        "sensor_id": NotRequired[Union[str, None]],
        "telemetry_type": NotRequired[Literal["metrics"]],
        "timestamp": str,
        "metrics": Dict[str, float],
    })

    IngestTetragonEventsAnswerResultsItemError = TypedDict("IngestTetragonEventsAnswerResultsItemError", {
        "code": str,
        "message": str,
    })

    IngestTetragonEventsAnswerResultsItem = TypedDict("IngestTetragonEventsAnswerResultsItem", {
        "id": Union[str, None],
        "status": Literal["accepted", "duplicate", "error"],
        "error": NotRequired[IngestTetragonEventsAnswerResultsItemError],
    })

    IngestTetragonEventsAnswer = TypedDict("IngestTetragonEventsAnswer", {
        "accepted": int,
        "duplicates": int,
        "errors": int,
        "results": List[IngestTetragonEventsAnswerResultsItem],
    })

    InspectFirewallAnswerFindingsItem = TypedDict("InspectFirewallAnswerFindingsItem", {
        "kind": Literal["injection", "pii", "toxicity", "secret", "exfiltration", "canary"],
        "type": str,
        "score": float,
        "path": str,
        "start": int,
        "end": int,
        "reason": str,
    })

    InspectFirewallAnswer = TypedDict("InspectFirewallAnswer", {
        "action": Literal["allow", "mask", "block"],
        "report_only": bool,
        "score": float,
        "findings": List[InspectFirewallAnswerFindingsItem],
        "masked": Dict[str, str],
        "model_version": int,
        "duration_ms": float,
    })

    InspectFirewallBodyPartsItem = TypedDict("InspectFirewallBodyPartsItem", {
        "kind": Literal["system", "user", "assistant", "tool", "document", "tool_arguments"],
        "text": str,
        "path": NotRequired[str],
    })

    InspectFirewallBody = TypedDict("InspectFirewallBody", {
        "text": NotRequired[str],
        "parts": NotRequired[List[InspectFirewallBodyPartsItem]],
        "direction": NotRequired[Literal["input", "output"]],
        "model": NotRequired[str],
        "principal_id": NotRequired[str],
        "session_id": NotRequired[str],
    })

    InvestigateAlertAnswer = TypedDict("InvestigateAlertAnswer", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    InvestigateAlertBody = TypedDict("InvestigateAlertBody", {
        "note": NotRequired[str],
    })

    LatestTelemetryRecordsAnswerDataItem = TypedDict("LatestTelemetryRecordsAnswerDataItem", {
        "id": str,
        "gpu_id": str,
        "node_id": str,
        "sensor_id": Union[str, None],
        "telemetry_type": str,
        "timestamp": str,
        "received_at": str,
        "metrics": Dict[str, float],
        "anomaly_score": Union[float, None],
    })

    LatestTelemetryRecordsAnswer = TypedDict("LatestTelemetryRecordsAnswer", {
        "data": List[LatestTelemetryRecordsAnswerDataItem],
    })

    ListAgentsAnswerDataItemWebhooksItem = TypedDict("ListAgentsAnswerDataItemWebhooksItem", {
        "endpoint_id": str,
        "url": str,
        "threshold": float,
    })

    ListAgentsAnswerDataItem = TypedDict("ListAgentsAnswerDataItem", {
        "id": str,
        "name": str,
        "description": str,
        "status": Literal["active", "revoked"],
        "source": Literal["registered", "configured"],
        "format": Literal["gpushield", "falco", "tetragon"],
        "node_id": Union[str, None],
        "sensor_id": Union[str, None],
        "labels": Dict[str, str],
        "webhooks": List[ListAgentsAnswerDataItemWebhooksItem],
        "registered_by": str,
        "last_seen_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    ListAgentsAnswerPagination = TypedDict("ListAgentsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListAgentsAnswer = TypedDict("ListAgentsAnswer", {
        "data": List[ListAgentsAnswerDataItem],
        "pagination": ListAgentsAnswerPagination,
    })

    ListAlertCommentsAnswerDataItem = TypedDict("ListAlertCommentsAnswerDataItem", {
        "id": str,
        "alert_id": str,
        "at": str,
        "author": str,
        "body": str,
    })

    ListAlertCommentsAnswerPagination = TypedDict("ListAlertCommentsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListAlertCommentsAnswer = TypedDict("ListAlertCommentsAnswer", {
        "data": List[ListAlertCommentsAnswerDataItem],
        "pagination": ListAlertCommentsAnswerPagination,
    })

    ListAlertGroupsAnswerDataItem = TypedDict("ListAlertGroupsAnswerDataItem", {
        "group_key": str,
        "source": str,
        "node_id": Union[str, None],
        "window_start": str,
        "alerts": int,
        "active": int,
        "occurrences": int,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "newest_alert_id": str,
        "newest_title": str,
        "first_seen_at": str,
        "last_seen_at": str,
    })

    ListAlertGroupsAnswerPagination = TypedDict("ListAlertGroupsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListAlertGroupsAnswer = TypedDict("ListAlertGroupsAnswer", {
        "data": List[ListAlertGroupsAnswerDataItem],
        "pagination": ListAlertGroupsAnswerPagination,
    })

    ListAlertHistoryAnswerDataItem = TypedDict("ListAlertHistoryAnswerDataItem", {
        "id": str,
        "alert_id": str,
        "at": str,
        "actor": str,
        "action": Literal["created", "repeated", "acknowledged", "investigating", "assigned", "severity_changed", "resolved", "false_positive", "reopened", "noted", "commented"],
        "from_status": Union[Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"], None],
        "to_status": Union[Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"], None],
        "note": Union[str, None],
    })

    ListAlertHistoryAnswerPagination = TypedDict("ListAlertHistoryAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListAlertHistoryAnswer = TypedDict("ListAlertHistoryAnswer", {
        "data": List[ListAlertHistoryAnswerDataItem],
        "pagination": ListAlertHistoryAnswerPagination,
    })

    ListAlertSilencesAnswerDataItem = TypedDict("ListAlertSilencesAnswerDataItem", {
        "id": str,
        "sources": List[str],
        "severities": List[Literal["info", "low", "medium", "high", "critical"]],
        "node_ids": List[str],
        "gpu_ids": List[str],
        "fingerprint_prefix": Union[str, None],
        "reason": str,
        "starts_at": str,
        "ends_at": str,
        "state": Literal["pending", "active", "ended"],
        "created_by": str,
        "created_at": str,
        "ended_by": Union[str, None],
    })

    ListAlertSilencesAnswerPagination = TypedDict("ListAlertSilencesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListAlertSilencesAnswer = TypedDict("ListAlertSilencesAnswer", {
        "data": List[ListAlertSilencesAnswerDataItem],
        "pagination": ListAlertSilencesAnswerPagination,
    })

    ListAlertsAnswerDataItem = TypedDict("ListAlertsAnswerDataItem", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    ListAlertsAnswerPagination = TypedDict("ListAlertsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListAlertsAnswer = TypedDict("ListAlertsAnswer", {
        "data": List[ListAlertsAnswerDataItem],
        "pagination": ListAlertsAnswerPagination,
    })

    ListApiKeysAnswerDataItem = TypedDict("ListApiKeysAnswerDataItem", {
        "id": str,
        "user_id": str,
        "username": str,
        "key_prefix": str,
        "description": str,
        "scopes": Union[List[Literal["nodes:read", "nodes:write", "nodes:write:own", "sensors:read", "sensors:read:own", "sensors:write", "sensors:write:own", "telemetry:read", "telemetry:write", "telemetry:write:own", "events:read", "events:write", "events:write:own", "alerts:read", "alerts:write", "detection:read", "detection:write", "agents:read", "agents:write", "agents:write:own", "scores:read", "scores:write", "users:read", "users:write", "keys:own", "keys:admin", "tokens:introspect", "audit:read", "audit:export", "queues:read", "queues:write", "health:read", "metrics:read", "webhooks:read", "webhooks:write", "limits:read", "limits:write", "jobs:read", "jobs:read:own", "jobs:write", "jobs:write:own", "disks:read", "disks:read:own", "disks:write", "disks:write:own", "cluster:read", "cluster:write", "llm:generate", "llm:embed", "models:read", "models:write", "usage:read", "usage:read:own", "vectors:read", "vectors:write", "firewall:read", "firewall:write", "self"]], None],
        "allowed_addresses": Union[List[str], None],
        "created_at": str,
        "expires_at": Union[str, None],
        "last_used_at": Union[str, None],
        "revoked_at": Union[str, None],
    })

    ListApiKeysAnswerPagination = TypedDict("ListApiKeysAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListApiKeysAnswer = TypedDict("ListApiKeysAnswer", {
        "data": List[ListApiKeysAnswerDataItem],
        "pagination": ListApiKeysAnswerPagination,
    })

    ListAuditCheckpointsAnswerDataItemHeadsItem = TypedDict("ListAuditCheckpointsAnswerDataItemHeadsItem", {
        "kind": Literal["head", "anchor"],
        "writer_id": str,
        "sequence": int,
        "hash": str,
    })

    ListAuditCheckpointsAnswerDataItem = TypedDict("ListAuditCheckpointsAnswerDataItem", {
        "number": int,
        "occurred_at": str,
        "entries": int,
        "previous_hash": str,
        "heads": List[ListAuditCheckpointsAnswerDataItemHeadsItem],
        "hash": str,
        "key_id": str,
        "signature": str,
    })

    ListAuditCheckpointsAnswerPagination = TypedDict("ListAuditCheckpointsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListAuditCheckpointsAnswer = TypedDict("ListAuditCheckpointsAnswer", {
        "data": List[ListAuditCheckpointsAnswerDataItem],
        "pagination": ListAuditCheckpointsAnswerPagination,
    })

    ListAuditEntriesAnswerDataItem = TypedDict("ListAuditEntriesAnswerDataItem", {
        "id": str,
        "writer_id": str,
        "sequence": int,
        "occurred_at": str,
        "correlation_id": str,
        "principal_id": str,
        "principal_kind": str,
        "principal_name": Union[str, None],
        "action": str,
        "resource": str,
        "granted": bool,
        "reason": str,
        "ip_address": Union[str, None],
        "user_agent": Union[str, None],
        "details": Dict[str, Any],
        "previous_hash": str,
        "hash": str,
    })

    ListAuditEntriesAnswerPagination = TypedDict("ListAuditEntriesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListAuditEntriesAnswer = TypedDict("ListAuditEntriesAnswer", {
        "data": List[ListAuditEntriesAnswerDataItem],
        "pagination": ListAuditEntriesAnswerPagination,
    })

    ListBehaviourBaselinesAnswerDataItem = TypedDict("ListBehaviourBaselinesAnswerDataItem", {
        "id": str,
        "workload": str,
        "status": Literal["learning", "frozen"],
        "version": int,
        "sequences": int,
        "syscalls": int,
        "created_at": str,
        "updated_at": str,
    })

    ListBehaviourBaselinesAnswerPagination = TypedDict("ListBehaviourBaselinesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListBehaviourBaselinesAnswer = TypedDict("ListBehaviourBaselinesAnswer", {
        "data": List[ListBehaviourBaselinesAnswerDataItem],
        "pagination": ListBehaviourBaselinesAnswerPagination,
    })

    ListCertificatesAnswerDataItem = TypedDict("ListCertificatesAnswerDataItem", {
        "id": str,
        "match": Literal["fingerprint", "san_uri", "san_dns"],
        "value": str,
        "description": str,
        "created_at": str,
    })

    ListCertificatesAnswerPagination = TypedDict("ListCertificatesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListCertificatesAnswer = TypedDict("ListCertificatesAnswer", {
        "data": List[ListCertificatesAnswerDataItem],
        "pagination": ListCertificatesAnswerPagination,
    })

    ListClientSecretsAnswerDataItem = TypedDict("ListClientSecretsAnswerDataItem", {
        "id": str,
        "client_id": str,
        "secret_prefix": str,
        "description": str,
        "scopes": Union[List[Literal["nodes:read", "nodes:write", "nodes:write:own", "sensors:read", "sensors:read:own", "sensors:write", "sensors:write:own", "telemetry:read", "telemetry:write", "telemetry:write:own", "events:read", "events:write", "events:write:own", "alerts:read", "alerts:write", "detection:read", "detection:write", "agents:read", "agents:write", "agents:write:own", "scores:read", "scores:write", "users:read", "users:write", "keys:own", "keys:admin", "tokens:introspect", "audit:read", "audit:export", "queues:read", "queues:write", "health:read", "metrics:read", "webhooks:read", "webhooks:write", "limits:read", "limits:write", "jobs:read", "jobs:read:own", "jobs:write", "jobs:write:own", "disks:read", "disks:read:own", "disks:write", "disks:write:own", "cluster:read", "cluster:write", "llm:generate", "llm:embed", "models:read", "models:write", "usage:read", "usage:read:own", "vectors:read", "vectors:write", "firewall:read", "firewall:write", "self"]], None],
        "allowed_addresses": Union[List[str], None],
        "created_at": str,
        "expires_at": Union[str, None],
        "last_used_at": Union[str, None],
        "revoked_at": Union[str, None],
    })

    ListClientSecretsAnswerPagination = TypedDict("ListClientSecretsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListClientSecretsAnswer = TypedDict("ListClientSecretsAnswer", {
        "data": List[ListClientSecretsAnswerDataItem],
        "pagination": ListClientSecretsAnswerPagination,
    })

    ListDetectionFindingsAnswerDataItemReasonsItem = TypedDict("ListDetectionFindingsAnswerDataItemReasonsItem", {
        "detector": str,
        "metric": str,
        "observed": Union[float, None],
        "expected": Union[float, None],
        "unit": str,
        "text": str,
    })

    ListDetectionFindingsAnswerDataItem = TypedDict("ListDetectionFindingsAnswerDataItem", {
        "gpu_id": str,
        "gpu_name": str,
        "node_id": str,
        "node_name": Union[str, None],
        "family": str,
        "active": bool,
        "score": float,
        "detectors": List[str],
        "reasons": List[ListDetectionFindingsAnswerDataItemReasonsItem],
        "alert_id": str,
        "first_at": str,
        "last_at": str,
    })

    ListDetectionFindingsAnswerPagination = TypedDict("ListDetectionFindingsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListDetectionFindingsAnswer = TypedDict("ListDetectionFindingsAnswer", {
        "data": List[ListDetectionFindingsAnswerDataItem],
        "pagination": ListDetectionFindingsAnswerPagination,
    })

    ListDetectionMaintenanceAnswerDataItem = TypedDict("ListDetectionMaintenanceAnswerDataItem", {
        "id": str,
        "target": Literal["fleet", "node", "gpu"],
        "target_id": str,
        "reason": str,
        "starts_at": str,
        "ends_at": str,
        "created_by": str,
        "created_at": str,
    })

    ListDetectionMaintenanceAnswerPagination = TypedDict("ListDetectionMaintenanceAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListDetectionMaintenanceAnswer = TypedDict("ListDetectionMaintenanceAnswer", {
        "data": List[ListDetectionMaintenanceAnswerDataItem],
        "pagination": ListDetectionMaintenanceAnswerPagination,
    })

    ListDetectionSwitchesAnswerDataItem = TypedDict("ListDetectionSwitchesAnswerDataItem", {
        "target": Literal["fleet", "node", "gpu"],
        "id": str,
        "enabled": bool,
        "detectors_off": List[str],
        "threshold": Union[float, None],
        "changed_by": str,
        "changed_at": str,
    })

    ListDetectionSwitchesAnswerPagination = TypedDict("ListDetectionSwitchesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListDetectionSwitchesAnswer = TypedDict("ListDetectionSwitchesAnswer", {
        "data": List[ListDetectionSwitchesAnswerDataItem],
        "pagination": ListDetectionSwitchesAnswerPagination,
    })

    ListDetectorsAnswerDataItem = TypedDict("ListDetectorsAnswerDataItem", {
        "name": str,
        "family": str,
        "severity": str,
        "title": str,
    })

    ListDetectorsAnswer = TypedDict("ListDetectorsAnswer", {
        "data": List[ListDetectorsAnswerDataItem],
    })

    ListDiskSnapshotsAnswerSnapshotsItem = TypedDict("ListDiskSnapshotsAnswerSnapshotsItem", {
        "snapshot_id": str,
        "disk_name": str,
        "status": Literal["creating", "ready", "failed"],
        "created_at": str,
        "job_id": Union[str, None],
        "size_bytes": Union[int, None],
    })

    ListDiskSnapshotsAnswer = TypedDict("ListDiskSnapshotsAnswer", {
        "snapshots": List[ListDiskSnapshotsAnswerSnapshotsItem],
        "total": int,
    })

    ListDisksAnswerDisksItem = TypedDict("ListDisksAnswerDisksItem", {
        "disk_name": str,
        "user_id": str,
        "size_gb": int,
        "created_at": str,
        "last_used": Union[str, None],
        "in_use": bool,
        "reservation_id": Union[str, None],
        "is_backing_up": bool,
        "is_deleted": bool,
        "delete_date": Union[str, None],
        "snapshot_count": int,
        "status": Literal["creating", "ready", "failed", "deleted"],
        "status_detail": Union[str, None],
    })

    ListDisksAnswer = TypedDict("ListDisksAnswer", {
        "disks": List[ListDisksAnswerDisksItem],
        "total": int,
    })

    ListEventsAnswerDataItem = TypedDict("ListEventsAnswerDataItem", {
        "id": str,
        "agent_id": str,
        "process_id": str,
        "pid": int,
        "timestamp": str,
        "received_at": str,
        "syscall": str,
        "fields": Dict[str, Any],
        "metadata": Dict[str, Any],
    })

    ListEventsAnswerPagination = TypedDict("ListEventsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListEventsAnswer = TypedDict("ListEventsAnswer", {
        "data": List[ListEventsAnswerDataItem],
        "pagination": ListEventsAnswerPagination,
    })

    ListFirewallPoliciesAnswerDataItemSettingsPii = TypedDict("ListFirewallPoliciesAnswerDataItemSettingsPii", {
        "card": NotRequired[Literal["allow", "mask", "block"]],
        "iban": NotRequired[Literal["allow", "mask", "block"]],
        "email": NotRequired[Literal["allow", "mask", "block"]],
        "phone": NotRequired[Literal["allow", "mask", "block"]],
        "ip": NotRequired[Literal["allow", "mask", "block"]],
        "ssn": NotRequired[Literal["allow", "mask", "block"]],
        "national_id": NotRequired[Literal["allow", "mask", "block"]],
        "passport": NotRequired[Literal["allow", "mask", "block"]],
        "driver_licence": NotRequired[Literal["allow", "mask", "block"]],
        "bank_account": NotRequired[Literal["allow", "mask", "block"]],
        "crypto_wallet": NotRequired[Literal["allow", "mask", "block"]],
        "mac_address": NotRequired[Literal["allow", "mask", "block"]],
        "date_of_birth": NotRequired[Literal["allow", "mask", "block"]],
    })

    ListFirewallPoliciesAnswerDataItemSettings = TypedDict("ListFirewallPoliciesAnswerDataItemSettings", {
        "enabled": NotRequired[bool],
        "report_only": NotRequired[bool],
        "injection_threshold": NotRequired[float],
        "uncertain_from": NotRequired[float],
        "guard_on_failure": NotRequired[Literal["allow", "block"]],
        "session_risk_threshold": NotRequired[float],
        "system_messages": NotRequired[Literal["rules", "judge"]],
        "toxicity": NotRequired[Literal["allow", "mask", "block"]],
        "toxicity_threshold": NotRequired[float],
        "secrets": NotRequired[Literal["allow", "mask", "block"]],
        "exfiltration": NotRequired[Literal["allow", "mask", "block"]],
        "pii": NotRequired[ListFirewallPoliciesAnswerDataItemSettingsPii],
        "allowed_link_hosts": NotRequired[List[str]],
        "canaries": NotRequired[List[str]],
    })

    ListFirewallPoliciesAnswerDataItem = TypedDict("ListFirewallPoliciesAnswerDataItem", {
        "id": str,
        "model": Union[str, None],
        "principal_id": Union[str, None],
        "description": str,
        "settings": ListFirewallPoliciesAnswerDataItemSettings,
        "created_at": str,
        "updated_at": str,
    })

    ListFirewallPoliciesAnswerPagination = TypedDict("ListFirewallPoliciesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListFirewallPoliciesAnswer = TypedDict("ListFirewallPoliciesAnswer", {
        "data": List[ListFirewallPoliciesAnswerDataItem],
        "pagination": ListFirewallPoliciesAnswerPagination,
    })

    ListGpuTypesAnswerTypesItem = TypedDict("ListGpuTypesAnswerTypesItem", {
        "gpu_type": str,
        "instance_type": str,
        "kind": Literal["gpu", "mig", "cpu"],
        "vendor": Literal["nvidia", "amd", "intel", "none"],
        "gpus_per_node": int,
        "max_gpus_per_node_and_job": int,
        "slots_per_node": int,
        "vcpus": int,
        "memory_gib": int,
        "gpu_memory_gib": Union[int, None],
        "resource_name": Union[str, None],
        "node_labels": Dict[str, str],
        "runtime_class": Union[str, None],
        "require_kata": bool,
        "enabled": bool,
    })

    ListGpuTypesAnswer = TypedDict("ListGpuTypesAnswer", {
        "types": List[ListGpuTypesAnswerTypesItem],
    })

    ListGpusAnswerDataItem = TypedDict("ListGpusAnswerDataItem", {
        "id": str,
        "node_id": str,
        "vendor": Literal["nvidia", "amd", "intel"],
        "model": str,
        "device_id": str,
        "uuid": str,
        "memory_total": int,
        "compute_capability": Union[str, None],
        "driver_version": Union[str, None],
        "vbios_version": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    ListGpusAnswerPagination = TypedDict("ListGpusAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListGpusAnswer = TypedDict("ListGpusAnswer", {
        "data": List[ListGpusAnswerDataItem],
        "pagination": ListGpusAnswerPagination,
    })

    ListJobsAnswerJobsItem = TypedDict("ListJobsAnswerJobsItem", {
        "job_id": str,
        "reservation_id": str,
        "user_id": str,
        "status": Literal["pending", "queued", "preparing", "active", "expired", "cancelled", "failed"],
        "gpu_type": str,
        "gpu_count": int,
        "nodes": int,
        "instance_type": str,
        "image": Union[str, None],
        "duration_hours": float,
        "disk_name": Union[str, None],
        "created_at": str,
        "started_at": Union[str, None],
        "expires_at": Union[str, None],
        "ended_at": Union[str, None],
        "name": Union[str, None],
        "node": Union[str, None],
        "status_detail": Union[str, None],
        "queue_position": Union[int, None],
        "estimated_start_time": Union[str, None],
        "exit_code": Union[int, None],
        "gpu_hours": float,
    })

    ListJobsAnswer = TypedDict("ListJobsAnswer", {
        "jobs": List[ListJobsAnswerJobsItem],
        "total": int,
        "limit": int,
        "offset": int,
    })

    ListLimitBlocksAnswerDataItem = TypedDict("ListLimitBlocksAnswerDataItem", {
        "key": str,
        "kind": Literal["address", "principal"],
        "subject": str,
        "reason": str,
        "blocked_at": str,
        "blocked_until": str,
    })

    ListLimitBlocksAnswerPagination = TypedDict("ListLimitBlocksAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListLimitBlocksAnswer = TypedDict("ListLimitBlocksAnswer", {
        "data": List[ListLimitBlocksAnswerDataItem],
        "pagination": ListLimitBlocksAnswerPagination,
    })

    ListModelsAnswerDataItemTargetsItem = TypedDict("ListModelsAnswerDataItemTargetsItem", {
        "upstream": str,
        "model": str,
        "weight": float,
        "status": str,
    })

    ListModelsAnswerDataItemPrice = TypedDict("ListModelsAnswerDataItemPrice", {
        "input": float,
        "output": float,
    })

    ListModelsAnswerDataItem = TypedDict("ListModelsAnswerDataItem", {
        "name": str,
        "targets": List[ListModelsAnswerDataItemTargetsItem],
        "fallbacks": List[str],
        "context_tokens": Union[int, None],
        "max_output_tokens": int,
        "price": ListModelsAnswerDataItemPrice,
        "gpu_share": float,
    })

    ListModelsAnswer = TypedDict("ListModelsAnswer", {
        "data": List[ListModelsAnswerDataItem],
    })

    ListMySessionsAnswerDataItem = TypedDict("ListMySessionsAnswerDataItem", {
        "id": str,
        "current": bool,
        "ip_address": Union[str, None],
        "user_agent": Union[str, None],
        "created_at": str,
        "refreshed_at": str,
        "expires_at": str,
    })

    ListMySessionsAnswerPagination = TypedDict("ListMySessionsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListMySessionsAnswer = TypedDict("ListMySessionsAnswer", {
        "data": List[ListMySessionsAnswerDataItem],
        "pagination": ListMySessionsAnswerPagination,
    })

    ListNodeGpusAnswerDataItem = TypedDict("ListNodeGpusAnswerDataItem", {
        "id": str,
        "node_id": str,
        "vendor": Literal["nvidia", "amd", "intel"],
        "model": str,
        "device_id": str,
        "uuid": str,
        "memory_total": int,
        "compute_capability": Union[str, None],
        "driver_version": Union[str, None],
        "vbios_version": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    ListNodeGpusAnswerPagination = TypedDict("ListNodeGpusAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListNodeGpusAnswer = TypedDict("ListNodeGpusAnswer", {
        "data": List[ListNodeGpusAnswerDataItem],
        "pagination": ListNodeGpusAnswerPagination,
    })

    ListNodesAnswerDataItem = TypedDict("ListNodesAnswerDataItem", {
        "id": str,
        "name": str,
        "cluster_id": str,
        "ip_address": Union[str, None],
        "kubernetes_version": Union[str, None],
        "kernel_version": Union[str, None],
        "operating_system": Union[str, None],
        "architecture": Union[str, None],
        "labels": Dict[str, str],
        "status": Literal["online", "offline", "unknown"],
        "gpu_count": int,
        "sensor_count": int,
        "registered_by": str,
        "last_seen_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    ListNodesAnswerPagination = TypedDict("ListNodesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListNodesAnswer = TypedDict("ListNodesAnswer", {
        "data": List[ListNodesAnswerDataItem],
        "pagination": ListNodesAnswerPagination,
    })

    ListOpenaiModelsAnswerDataItem = TypedDict("ListOpenaiModelsAnswerDataItem", {
        "id": str,
        "object": Literal["model"],
        "created": int,
        "owned_by": str,
    })

    ListOpenaiModelsAnswer = TypedDict("ListOpenaiModelsAnswer", {
        "object": Literal["list"],
        "data": List[ListOpenaiModelsAnswerDataItem],
    })

    ListProcessEventsAnswerDataItem = TypedDict("ListProcessEventsAnswerDataItem", {
        "id": str,
        "agent_id": str,
        "process_id": str,
        "pid": int,
        "timestamp": str,
        "received_at": str,
        "syscall": str,
        "fields": Dict[str, Any],
        "metadata": Dict[str, Any],
    })

    ListProcessEventsAnswerPagination = TypedDict("ListProcessEventsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListProcessEventsAnswer = TypedDict("ListProcessEventsAnswer", {
        "data": List[ListProcessEventsAnswerDataItem],
        "pagination": ListProcessEventsAnswerPagination,
    })

    ListProcessScoreHistoryAnswerDataItem = TypedDict("ListProcessScoreHistoryAnswerDataItem", {
        "timestamp": str,
        "risk_score": float,
        "cause": Literal["events", "decay", "recalculation"],
    })

    ListProcessScoreHistoryAnswerPagination = TypedDict("ListProcessScoreHistoryAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListProcessScoreHistoryAnswer = TypedDict("ListProcessScoreHistoryAnswer", {
        "data": List[ListProcessScoreHistoryAnswerDataItem],
        "pagination": ListProcessScoreHistoryAnswerPagination,
    })

    ListProcessesAnswerDataItem = TypedDict("ListProcessesAnswerDataItem", {
        "process_id": str,
        "agent_id": str,
        "pid": int,
        "started_at": Union[str, None],
        "parent_process_id": Union[str, None],
        "command": Union[str, None],
        "executable": Union[str, None],
        "executable_sha256": Union[str, None],
        "user_id": Union[int, None],
        "user_name": Union[str, None],
        "container_id": Union[str, None],
        "image": Union[str, None],
        "pod": Union[str, None],
        "namespace": Union[str, None],
        "job_id": Union[str, None],
        "node_id": Union[str, None],
        "workload": Union[str, None],
        "event_count": int,
        "risk_score": float,
        "alert_id": Union[str, None],
        "first_seen_at": str,
        "last_seen_at": str,
        "created_at": str,
    })

    ListProcessesAnswerPagination = TypedDict("ListProcessesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListProcessesAnswer = TypedDict("ListProcessesAnswer", {
        "data": List[ListProcessesAnswerDataItem],
        "pagination": ListProcessesAnswerPagination,
    })

    ListQueueMessagesAnswerDataItemDeadLetter = TypedDict("ListQueueMessagesAnswerDataItemDeadLetter", {
        "cause": Literal["refused", "attempts_exhausted", "no_answer"],
        "error": str,
        "attempts": int,
        "at": str,
    })

    ListQueueMessagesAnswerDataItem = TypedDict("ListQueueMessagesAnswerDataItem", {
        "id": str,
        "attempts": int,
        "enqueued_at": str,
        "visible_at": str,
        "body": Any,
        "headers": Any,
        "last_error": Union[str, None],
        "dead_letter": Union[ListQueueMessagesAnswerDataItemDeadLetter, None],
    })

    ListQueueMessagesAnswerPagination = TypedDict("ListQueueMessagesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListQueueMessagesAnswer = TypedDict("ListQueueMessagesAnswer", {
        "data": List[ListQueueMessagesAnswerDataItem],
        "pagination": ListQueueMessagesAnswerPagination,
    })

    ListQueuesAnswerDataItem = TypedDict("ListQueuesAnswerDataItem", {
        "name": str,
        "messages": int,
        "visible": int,
        "oldest_age_seconds": Union[int, None],
        "sent": int,
        "dead_letters": int,
    })

    ListQueuesAnswerPagination = TypedDict("ListQueuesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListQueuesAnswer = TypedDict("ListQueuesAnswer", {
        "data": List[ListQueuesAnswerDataItem],
        "pagination": ListQueuesAnswerPagination,
    })

    ListReservationGroupsAnswerGroupsItem = TypedDict("ListReservationGroupsAnswerGroupsItem", {
        "group": str,
        "members": List[str],
    })

    ListReservationGroupsAnswer = TypedDict("ListReservationGroupsAnswer", {
        "groups": List[ListReservationGroupsAnswerGroupsItem],
    })

    ListReservationNodesAnswerNodesItemPoolsItem = TypedDict("ListReservationNodesAnswerNodesItemPoolsItem", {
        "gpu_type": str,
        "total": int,
        "used_by_jobs": int,
        "used_by_others": int,
        "free": int,
    })

    ListReservationNodesAnswerNodesItem = TypedDict("ListReservationNodesAnswerNodesItem", {
        "name": str,
        "ready": bool,
        "takes_jobs": bool,
        "reason": Union[str, None],
        "cordoned": bool,
        "maintenance_from": Union[str, None],
        "maintenance_until": Union[str, None],
        "pools": List[ListReservationNodesAnswerNodesItemPoolsItem],
    })

    ListReservationNodesAnswer = TypedDict("ListReservationNodesAnswer", {
        "nodes": List[ListReservationNodesAnswerNodesItem],
        "as_of": str,
        "stale": bool,
    })

    ListReservationQuotasAnswerQuotasItem = TypedDict("ListReservationQuotasAnswerQuotasItem", {
        "kind": Literal["user", "group", "default"],
        "subject": str,
        "max_gpus": Union[int, None],
        "max_jobs": Union[int, None],
        "max_queued": Union[int, None],
        "max_hours": Union[float, None],
        "max_total_hours": Union[float, None],
        "priority": int,
        "weight": float,
        "require_kata": bool,
        "allow_profiling": bool,
        "updated_at": str,
    })

    ListReservationQuotasAnswer = TypedDict("ListReservationQuotasAnswer", {
        "quotas": List[ListReservationQuotasAnswerQuotasItem],
    })

    ListScoreRecalculationsAnswerDataItem = TypedDict("ListScoreRecalculationsAnswerDataItem", {
        "id": str,
        "status": Literal["reading", "replacing", "succeeded", "cancelled"],
        "rules_version": str,
        "progress": float,
        "events_done": int,
        "processes_done": int,
        "started_by": str,
        "created_at": str,
        "updated_at": str,
        "finished_at": Union[str, None],
    })

    ListScoreRecalculationsAnswerPagination = TypedDict("ListScoreRecalculationsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListScoreRecalculationsAnswer = TypedDict("ListScoreRecalculationsAnswer", {
        "data": List[ListScoreRecalculationsAnswerDataItem],
        "pagination": ListScoreRecalculationsAnswerPagination,
    })

    ListScoresAnswerDataItemContributionsItem = TypedDict("ListScoresAnswerDataItemContributionsItem", {
        "rule": str,
        "title": str,
        "technique": Union[str, None],
        "tactic": Union[str, None],
        "weight": float,
        "decayed_weight": float,
        "timestamp": str,
        "event_id": Union[str, None],
    })

    ListScoresAnswerDataItem = TypedDict("ListScoresAnswerDataItem", {
        "process_id": str,
        "agent_id": str,
        "pid": int,
        "command": Union[str, None],
        "executable": Union[str, None],
        "job_id": Union[str, None],
        "risk_score": float,
        "contributions": List[ListScoresAnswerDataItemContributionsItem],
        "half_life_seconds": float,
        "alert_id": Union[str, None],
        "updated_at": str,
    })

    ListScoresAnswerPagination = TypedDict("ListScoresAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListScoresAnswer = TypedDict("ListScoresAnswer", {
        "data": List[ListScoresAnswerDataItem],
        "pagination": ListScoresAnswerPagination,
    })

    ListScoringRulesAnswerDataItem = TypedDict("ListScoringRulesAnswerDataItem", {
        "id": str,
        "title": str,
        "description": str,
        "technique": Union[str, None],
        "tactic": Union[str, None],
        "weight": float,
        "cap": int,
        "kind": Literal["event", "sequence"],
        "file": str,
    })

    ListScoringRulesAnswer = TypedDict("ListScoringRulesAnswer", {
        "version": str,
        "half_life_seconds": float,
        "problems": List[str],
        "data": List[ListScoringRulesAnswerDataItem],
    })

    ListSecurityEventsAnswerDataItem = TypedDict("ListSecurityEventsAnswerDataItem", {
        "id": str,
        "node_id": str,
        "sensor_id": Union[str, None],
        "gpu_id": Union[str, None],
        "event_type": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "title": str,
        "description": str,
        "timestamp": str,
        "received_at": str,
        "fingerprint": str,
        "evidence": Dict[str, Any],
        "alert_id": Union[str, None],
    })

    ListSecurityEventsAnswerPagination = TypedDict("ListSecurityEventsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListSecurityEventsAnswer = TypedDict("ListSecurityEventsAnswer", {
        "data": List[ListSecurityEventsAnswerDataItem],
        "pagination": ListSecurityEventsAnswerPagination,
    })

    ListSensorsAnswerDataItemConfiguration = TypedDict("ListSensorsAnswerDataItemConfiguration", {
        "heartbeat_interval_seconds": float,
        "telemetry_interval_seconds": float,
        "integrity_interval_seconds": float,
        "kernel_log_enabled": bool,
        "extra_integrity_paths": List[str],
    })

    ListSensorsAnswerDataItem = TypedDict("ListSensorsAnswerDataItem", {
        "id": str,
        "node_id": str,
        "name": str,
        "sensor_type": str,
        "version": str,
        "capabilities": List[str],
        "status": Literal["online", "offline", "never_seen"],
        "health": Union[Literal["healthy", "degraded", "unhealthy"], None],
        "health_detail": Union[str, None],
        "spooled_records": int,
        "configuration": ListSensorsAnswerDataItemConfiguration,
        "configuration_version": int,
        "reported_configuration_version": Union[int, None],
        "registered_by": str,
        "last_heartbeat_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    ListSensorsAnswerPagination = TypedDict("ListSensorsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListSensorsAnswer = TypedDict("ListSensorsAnswer", {
        "data": List[ListSensorsAnswerDataItem],
        "pagination": ListSensorsAnswerPagination,
    })

    ListServiceAccountsAnswerDataItem = TypedDict("ListServiceAccountsAnswerDataItem", {
        "id": str,
        "client_id": str,
        "username": str,
        "description": str,
        "roles": List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]],
        "disabled": bool,
        "created_at": str,
        "updated_at": str,
    })

    ListServiceAccountsAnswerPagination = TypedDict("ListServiceAccountsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListServiceAccountsAnswer = TypedDict("ListServiceAccountsAnswer", {
        "data": List[ListServiceAccountsAnswerDataItem],
        "pagination": ListServiceAccountsAnswerPagination,
    })

    ListTelemetryRecordsAnswerDataItem = TypedDict("ListTelemetryRecordsAnswerDataItem", {
        "id": str,
        "gpu_id": str,
        "node_id": str,
        "sensor_id": Union[str, None],
        "telemetry_type": str,
        "timestamp": str,
        "received_at": str,
        "metrics": Dict[str, float],
        "anomaly_score": Union[float, None],
    })

    ListTelemetryRecordsAnswerPagination = TypedDict("ListTelemetryRecordsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListTelemetryRecordsAnswer = TypedDict("ListTelemetryRecordsAnswer", {
        "data": List[ListTelemetryRecordsAnswerDataItem],
        "pagination": ListTelemetryRecordsAnswerPagination,
    })

    ListUpstreamsAnswerDataItem = TypedDict("ListUpstreamsAnswerDataItem", {
        "name": str,
        "kind": Literal["ollama", "openai"],
        "url": str,
        "status": Literal["unknown", "healthy", "unhealthy"],
        "checked_at": Union[str, None],
        "detail": str,
        "concurrency": int,
    })

    ListUpstreamsAnswer = TypedDict("ListUpstreamsAnswer", {
        "data": List[ListUpstreamsAnswerDataItem],
    })

    ListUsageAnswerDataItem = TypedDict("ListUsageAnswerDataItem", {
        "id": str,
        "at": str,
        "principal_id": str,
        "kind": Literal["inference", "reservation"],
        "subject": str,
        "operation": str,
        "provider": Union[str, None],
        "outcome": str,
        "prompt_tokens": int,
        "completion_tokens": int,
        "gpu_seconds": float,
        "cost": float,
        "duration_ms": float,
        "correlation_id": str,
    })

    ListUsageAnswerPagination = TypedDict("ListUsageAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListUsageAnswer = TypedDict("ListUsageAnswer", {
        "data": List[ListUsageAnswerDataItem],
        "pagination": ListUsageAnswerPagination,
    })

    ListUserSessionsAnswerDataItem = TypedDict("ListUserSessionsAnswerDataItem", {
        "id": str,
        "current": bool,
        "ip_address": Union[str, None],
        "user_agent": Union[str, None],
        "created_at": str,
        "refreshed_at": str,
        "expires_at": str,
    })

    ListUserSessionsAnswerPagination = TypedDict("ListUserSessionsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListUserSessionsAnswer = TypedDict("ListUserSessionsAnswer", {
        "data": List[ListUserSessionsAnswerDataItem],
        "pagination": ListUserSessionsAnswerPagination,
    })

    ListUsersAnswerDataItem = TypedDict("ListUsersAnswerDataItem", {
        "id": str,
        "username": str,
        "kind": Literal["person", "service"],
        "email": Union[str, None],
        "roles": List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]],
        "disabled": bool,
        "created_at": str,
        "updated_at": str,
        "last_login_at": Union[str, None],
    })

    ListUsersAnswerPagination = TypedDict("ListUsersAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListUsersAnswer = TypedDict("ListUsersAnswer", {
        "data": List[ListUsersAnswerDataItem],
        "pagination": ListUsersAnswerPagination,
    })

    ListVectorNamespacesAnswerDataItem = TypedDict("ListVectorNamespacesAnswerDataItem", {
        "namespace": str,
        "dimensions": int,
        "metric": Literal["cosine", "dot", "l2"],
        "model": Union[str, None],
        "vectors": int,
        "created_at": str,
    })

    ListVectorNamespacesAnswerPagination = TypedDict("ListVectorNamespacesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListVectorNamespacesAnswer = TypedDict("ListVectorNamespacesAnswer", {
        "data": List[ListVectorNamespacesAnswerDataItem],
        "pagination": ListVectorNamespacesAnswerPagination,
    })

    ListWebhookAttemptsAnswerDataItem = TypedDict("ListWebhookAttemptsAnswerDataItem", {
        "id": str,
        "message_id": str,
        "attempt": int,
        "at": str,
        "duration_ms": int,
        "succeeded": bool,
        "status": Union[int, None],
        "error": Union[str, None],
        "response": Union[str, None],
    })

    ListWebhookAttemptsAnswerPagination = TypedDict("ListWebhookAttemptsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListWebhookAttemptsAnswer = TypedDict("ListWebhookAttemptsAnswer", {
        "data": List[ListWebhookAttemptsAnswerDataItem],
        "pagination": ListWebhookAttemptsAnswerPagination,
    })

    ListWebhookMessagesAnswerDataItem = TypedDict("ListWebhookMessagesAnswerDataItem", {
        "id": str,
        "type": str,
        "key": Union[str, None],
        "status": Literal["pending", "succeeded", "failed"],
        "attempts": int,
        "next_attempt_at": Union[str, None],
        "created_at": str,
        "finished_at": Union[str, None],
    })

    ListWebhookMessagesAnswerPagination = TypedDict("ListWebhookMessagesAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListWebhookMessagesAnswer = TypedDict("ListWebhookMessagesAnswer", {
        "data": List[ListWebhookMessagesAnswerDataItem],
        "pagination": ListWebhookMessagesAnswerPagination,
    })

    ListWebhooksAnswerDataItem = TypedDict("ListWebhooksAnswerDataItem", {
        "id": str,
        "url": str,
        "description": str,
        "event_types": List[str],
        "labels": Dict[str, str],
        "ordered": bool,
        "rate_limit_per_second": Union[int, None],
        "enabled": bool,
        "disabled_reason": Union[Literal["manual", "gone", "failing"], None],
        "disabled_at": Union[str, None],
        "failing_since": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    ListWebhooksAnswerPagination = TypedDict("ListWebhooksAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    ListWebhooksAnswer = TypedDict("ListWebhooksAnswer", {
        "data": List[ListWebhooksAnswerDataItem],
        "pagination": ListWebhooksAnswerPagination,
    })

    LoginAnswer = TypedDict("LoginAnswer", {
        "access_token": str,
        "token_type": Literal["bearer"],
        "expires_in": int,
        "refresh_token": str,
    })

    LoginBody = TypedDict("LoginBody", {
        "username": str,
        "password": str,
    })

    LogoutBody = TypedDict("LogoutBody", {
        "refresh_token": str,
    })

    MarkAlertFalsePositiveAnswer = TypedDict("MarkAlertFalsePositiveAnswer", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    MarkAlertFalsePositiveBody = TypedDict("MarkAlertFalsePositiveBody", {
        "quiet_seconds": NotRequired[int],
        "note": NotRequired[str],
    })

    OllamaChatAnswer = TypedDict("OllamaChatAnswer", {
        "model": NotRequired[str],
    })

    OllamaChatBodyMessagesItem = TypedDict("OllamaChatBodyMessagesItem", {
        "role": str,
        "content": NotRequired[str],
        "images": NotRequired[List[str]],
    })

    OllamaChatBody = TypedDict("OllamaChatBody", {
        "model": str,
        "messages": NotRequired[List[OllamaChatBodyMessagesItem]],
        "tools": NotRequired[List[Dict[str, Any]]],
        "stream": NotRequired[bool],
        "options": NotRequired[Dict[str, Any]],
    })

    OllamaEmbedAnswer = TypedDict("OllamaEmbedAnswer", {
        "model": NotRequired[str],
    })

    OllamaEmbedBody = TypedDict("OllamaEmbedBody", {
        "model": str,
        "input": Union[str, List[str]],
        "options": NotRequired[Dict[str, Any]],
    })

    OllamaEmbeddingsAnswer = TypedDict("OllamaEmbeddingsAnswer", {
        "model": NotRequired[str],
    })

    OllamaEmbeddingsBody = TypedDict("OllamaEmbeddingsBody", {
        "model": str,
        "prompt": str,
        "options": NotRequired[Dict[str, Any]],
    })

    OllamaGenerateAnswer = TypedDict("OllamaGenerateAnswer", {
        "model": NotRequired[str],
    })

    OllamaGenerateBody = TypedDict("OllamaGenerateBody", {
        "model": str,
        "prompt": NotRequired[str],
        "suffix": NotRequired[str],
        "system": NotRequired[str],
        "images": NotRequired[List[str]],
        "stream": NotRequired[bool],
        "options": NotRequired[Dict[str, Any]],
    })

    OllamaRunningAnswerModelsItem = TypedDict("OllamaRunningAnswerModelsItem", {
        "name": str,
        "model": str,
    })

    OllamaRunningAnswer = TypedDict("OllamaRunningAnswer", {
        "models": List[OllamaRunningAnswerModelsItem],
    })

    OllamaShowAnswer = TypedDict("OllamaShowAnswer", {
        "details": Dict[str, Any],
        "capabilities": NotRequired[List[str]],
    })

    OllamaShowBody = TypedDict("OllamaShowBody", {
        "model": NotRequired[str],
        "name": NotRequired[str],
        "verbose": NotRequired[bool],
    })

    OllamaTagsAnswerModelsItem = TypedDict("OllamaTagsAnswerModelsItem", {
        "name": str,
        "model": str,
    })

    OllamaTagsAnswer = TypedDict("OllamaTagsAnswer", {
        "models": List[OllamaTagsAnswerModelsItem],
    })

    OllamaVersionAnswer = TypedDict("OllamaVersionAnswer", {
        "version": str,
    })

    OpenJobTerminalAnswer = TypedDict("OpenJobTerminalAnswer", {
        "job_id": str,
        "protocol": str,
        "rank": int,
    })

    PurgeQueueAnswer = TypedDict("PurgeQueueAnswer", {
        "purged": int,
    })

    PurgeQueueBody = TypedDict("PurgeQueueBody", {
        "what": Literal["messages", "dead_letters"],
    })

    PutDetectionSwitchAnswer = TypedDict("PutDetectionSwitchAnswer", {
        "target": Literal["fleet", "node", "gpu"],
        "id": str,
        "enabled": bool,
        "detectors_off": List[str],
        "threshold": Union[float, None],
        "changed_by": str,
        "changed_at": str,
    })

    PutDetectionSwitchBody = TypedDict("PutDetectionSwitchBody", {
        "enabled": NotRequired[bool],
        "detectors_off": NotRequired[List[str]],
        "threshold": NotRequired[Union[float, None]],
    })

    PutGpuTypeAnswer = TypedDict("PutGpuTypeAnswer", {
        "gpu_type": str,
        "instance_type": str,
        "kind": Literal["gpu", "mig", "cpu"],
        "vendor": Literal["nvidia", "amd", "intel", "none"],
        "gpus_per_node": int,
        "max_gpus_per_node_and_job": int,
        "slots_per_node": int,
        "vcpus": int,
        "memory_gib": int,
        "gpu_memory_gib": Union[int, None],
        "resource_name": Union[str, None],
        "node_labels": Dict[str, str],
        "runtime_class": Union[str, None],
        "require_kata": bool,
        "enabled": bool,
    })

    PutGpuTypeBody = TypedDict("PutGpuTypeBody", {
        "instance_type": str,
        "kind": Literal["gpu", "mig", "cpu"],
        "vendor": Literal["nvidia", "amd", "intel", "none"],
        "gpus_per_node": int,
        "max_gpus_per_node_and_job": NotRequired[int],
        "slots_per_node": NotRequired[int],
        "vcpus": int,
        "memory_gib": int,
        "gpu_memory_gib": NotRequired[Union[int, None]],
        "resource_name": NotRequired[Union[str, None]],
        "node_labels": NotRequired[Dict[str, str]],
        "runtime_class": NotRequired[Union[str, None]],
        "require_kata": NotRequired[bool],
        "enabled": NotRequired[bool],
    })

    PutReservationGroupAnswer = TypedDict("PutReservationGroupAnswer", {
        "group": str,
        "members": List[str],
    })

    PutReservationGroupBody = TypedDict("PutReservationGroupBody", {
        "members": List[str],
    })

    PutReservationQuotaAnswer = TypedDict("PutReservationQuotaAnswer", {
        "kind": Literal["user", "group", "default"],
        "subject": str,
        "max_gpus": Union[int, None],
        "max_jobs": Union[int, None],
        "max_queued": Union[int, None],
        "max_hours": Union[float, None],
        "max_total_hours": Union[float, None],
        "priority": int,
        "weight": float,
        "require_kata": bool,
        "allow_profiling": bool,
        "updated_at": str,
    })

    PutReservationQuotaBody = TypedDict("PutReservationQuotaBody", {
        "max_gpus": NotRequired[Union[int, None]],
        "max_jobs": NotRequired[Union[int, None]],
        "max_queued": NotRequired[Union[int, None]],
        "max_hours": NotRequired[Union[float, None]],
        "max_total_hours": NotRequired[Union[float, None]],
        "priority": NotRequired[int],
        "weight": NotRequired[float],
        "require_kata": NotRequired[bool],
        "allow_profiling": NotRequired[bool],
    })

    PutRiskThresholdAnswer = TypedDict("PutRiskThresholdAnswer", {
        "endpoint_id": str,
        "threshold": float,
        "hysteresis": float,
        "agent_id": Union[str, None],
        "updated_at": str,
    })

    PutRiskThresholdBody = TypedDict("PutRiskThresholdBody", {
        "threshold": float,
        "hysteresis": NotRequired[float],
        "agent_id": NotRequired[Union[str, None]],
    })

    PutSensorConfigurationAnswerConfiguration = TypedDict("PutSensorConfigurationAnswerConfiguration", {
        "heartbeat_interval_seconds": float,
        "telemetry_interval_seconds": float,
        "integrity_interval_seconds": float,
        "kernel_log_enabled": bool,
        "extra_integrity_paths": List[str],
    })

    PutSensorConfigurationAnswer = TypedDict("PutSensorConfigurationAnswer", {
        "configuration_version": int,
        "configuration": PutSensorConfigurationAnswerConfiguration,
    })

    PutSensorConfigurationBody = TypedDict("PutSensorConfigurationBody", {
        "heartbeat_interval_seconds": float,
        "telemetry_interval_seconds": float,
        "integrity_interval_seconds": float,
        "kernel_log_enabled": bool,
        "extra_integrity_paths": List[str],
    })

    PutUpstreamKeyBody = TypedDict("PutUpstreamKeyBody", {
        "key": str,
    })

    QueryAlertsAnswerDataItem = TypedDict("QueryAlertsAnswerDataItem", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    QueryAlertsAnswerPagination = TypedDict("QueryAlertsAnswerPagination", {
        "cursor": Union[str, None],
        "has_more": bool,
    })

    QueryAlertsAnswer = TypedDict("QueryAlertsAnswer", {
        "data": List[QueryAlertsAnswerDataItem],
        "pagination": QueryAlertsAnswerPagination,
    })

    QueryAlertsBody = TypedDict("QueryAlertsBody", {
        "severities": NotRequired[List[Literal["info", "low", "medium", "high", "critical"]]],
        "statuses": NotRequired[List[Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"]]],
        "sources": NotRequired[List[str]],
        "node_ids": NotRequired[List[str]],
        "gpu_ids": NotRequired[List[str]],
        "assignees": NotRequired[List[str]],
        "fingerprints": NotRequired[List[str]],
        "group_keys": NotRequired[List[str]],
        "since": NotRequired[str],
        "until": NotRequired[str],
        "limit": NotRequired[int],
        "cursor": NotRequired[str],
    })

    QueryVectorsAnswerMatchesItem = TypedDict("QueryVectorsAnswerMatchesItem", {
        "id": str,
        "score": float,
        "text": Union[str, None],
        "metadata": Dict[str, Union[str, float, bool]],
        "values": NotRequired[List[float]],
    })

    QueryVectorsAnswer = TypedDict("QueryVectorsAnswer", {
        "matches": List[QueryVectorsAnswerMatchesItem],
    })

    QueryVectorsBody = TypedDict("QueryVectorsBody", {
        "values": NotRequired[List[float]],
        "text": NotRequired[str],
        "top_k": NotRequired[int],
        "filter": NotRequired[Dict[str, Union[str, float, bool]]],
        "include_values": NotRequired[bool],
    })

    ReadTelemetrySeriesAnswerSeriesItemPointsItem = TypedDict("ReadTelemetrySeriesAnswerSeriesItemPointsItem", {
        "at": str,
        "min": float,
        "mean": float,
        "max": float,
        "last": Union[float, None],
        "count": int,
    })

    ReadTelemetrySeriesAnswerSeriesItem = TypedDict("ReadTelemetrySeriesAnswerSeriesItem", {
        "gpu_id": str,
        "metric": str,
        "unit": str,
        "points": List[ReadTelemetrySeriesAnswerSeriesItemPointsItem],
    })

    ReadTelemetrySeriesAnswer = TypedDict("ReadTelemetrySeriesAnswer", {
        "since": str,
        "until": str,
        "step_seconds": int,
        "tier": Literal["raw", "minutes", "hours"],
        "series": List[ReadTelemetrySeriesAnswerSeriesItem],
    })

    RecalculateScoresAnswer = TypedDict("RecalculateScoresAnswer", {
        "id": str,
        "status": Literal["reading", "replacing", "succeeded", "cancelled"],
        "rules_version": str,
        "progress": float,
        "events_done": int,
        "processes_done": int,
        "started_by": str,
        "created_at": str,
        "updated_at": str,
        "finished_at": Union[str, None],
    })

    RefreshAnswer = TypedDict("RefreshAnswer", {
        "access_token": str,
        "token_type": Literal["bearer"],
        "expires_in": int,
        "refresh_token": str,
    })

    RefreshBody = TypedDict("RefreshBody", {
        "refresh_token": str,
    })

    RegisterAgentAnswerWebhooksItem = TypedDict("RegisterAgentAnswerWebhooksItem", {
        "endpoint_id": str,
        "url": str,
        "threshold": float,
    })

    RegisterAgentAnswer = TypedDict("RegisterAgentAnswer", {
        "id": str,
        "name": str,
        "description": str,
        "status": Literal["active", "revoked"],
        "source": Literal["registered", "configured"],
        "format": Literal["gpushield", "falco", "tetragon"],
        "node_id": Union[str, None],
        "sensor_id": Union[str, None],
        "labels": Dict[str, str],
        "webhooks": List[RegisterAgentAnswerWebhooksItem],
        "registered_by": str,
        "last_seen_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
        "secret": str,
        "previous_expires_at": Union[str, None],
        "webhook_secrets": Dict[str, str],
    })

    RegisterAgentBodyWebhookUrlsItem2 = TypedDict("RegisterAgentBodyWebhookUrlsItem2", {
        "url": str,
        "threshold": NotRequired[float],
    })

    RegisterAgentBody = TypedDict("RegisterAgentBody", {
        "agent_id": NotRequired[str],
        "name": NotRequired[str],
        "description": NotRequired[str],
        "node_id": NotRequired[Union[str, None]],
        "sensor_id": NotRequired[Union[str, None]],
        "labels": NotRequired[Dict[str, str]],
        "format": NotRequired[Literal["gpushield", "falco", "tetragon"]],
        "webhook_urls": NotRequired[List[Union[str, RegisterAgentBodyWebhookUrlsItem2]]],
    })

    RegisterCertificateAnswer = TypedDict("RegisterCertificateAnswer", {
        "id": str,
        "match": Literal["fingerprint", "san_uri", "san_dns"],
        "value": str,
        "description": str,
        "created_at": str,
    })

    RegisterCertificateBody = TypedDict("RegisterCertificateBody", {
        "match": Literal["fingerprint", "san_uri", "san_dns"],
        "value": str,
        "description": NotRequired[str],
    })

    RegisterNodeAnswer = TypedDict("RegisterNodeAnswer", {
        "id": str,
        "name": str,
        "cluster_id": str,
        "ip_address": Union[str, None],
        "kubernetes_version": Union[str, None],
        "kernel_version": Union[str, None],
        "operating_system": Union[str, None],
        "architecture": Union[str, None],
        "labels": Dict[str, str],
        "status": Literal["online", "offline", "unknown"],
        "gpu_count": int,
        "sensor_count": int,
        "registered_by": str,
        "last_seen_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    RegisterNodeAnswer2 = TypedDict("RegisterNodeAnswer2", {
        "id": str,
        "name": str,
        "cluster_id": str,
        "ip_address": Union[str, None],
        "kubernetes_version": Union[str, None],
        "kernel_version": Union[str, None],
        "operating_system": Union[str, None],
        "architecture": Union[str, None],
        "labels": Dict[str, str],
        "status": Literal["online", "offline", "unknown"],
        "gpu_count": int,
        "sensor_count": int,
        "registered_by": str,
        "last_seen_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    RegisterNodeBody = TypedDict("RegisterNodeBody", {
        "name": str,
        "cluster_id": NotRequired[Any],
        "ip_address": NotRequired[Union[str, None]],
        "kubernetes_version": NotRequired[Union[str, None]],
        "kernel_version": NotRequired[Union[str, None]],
        "operating_system": NotRequired[Union[str, None]],
        "architecture": NotRequired[Union[str, None]],
        "labels": NotRequired[Dict[str, str]],
    })

    RegisterSensorAnswerConfiguration = TypedDict("RegisterSensorAnswerConfiguration", {
        "heartbeat_interval_seconds": float,
        "telemetry_interval_seconds": float,
        "integrity_interval_seconds": float,
        "kernel_log_enabled": bool,
        "extra_integrity_paths": List[str],
    })

    RegisterSensorAnswer = TypedDict("RegisterSensorAnswer", {
        "id": str,
        "node_id": str,
        "name": str,
        "sensor_type": str,
        "version": str,
        "capabilities": List[str],
        "status": Literal["online", "offline", "never_seen"],
        "health": Union[Literal["healthy", "degraded", "unhealthy"], None],
        "health_detail": Union[str, None],
        "spooled_records": int,
        "configuration": RegisterSensorAnswerConfiguration,
        "configuration_version": int,
        "reported_configuration_version": Union[int, None],
        "registered_by": str,
        "last_heartbeat_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    RegisterSensorAnswer2Configuration = TypedDict("RegisterSensorAnswer2Configuration", {
        "heartbeat_interval_seconds": float,
        "telemetry_interval_seconds": float,
        "integrity_interval_seconds": float,
        "kernel_log_enabled": bool,
        "extra_integrity_paths": List[str],
    })

    RegisterSensorAnswer2 = TypedDict("RegisterSensorAnswer2", {
        "id": str,
        "node_id": str,
        "name": str,
        "sensor_type": str,
        "version": str,
        "capabilities": List[str],
        "status": Literal["online", "offline", "never_seen"],
        "health": Union[Literal["healthy", "degraded", "unhealthy"], None],
        "health_detail": Union[str, None],
        "spooled_records": int,
        "configuration": RegisterSensorAnswer2Configuration,
        "configuration_version": int,
        "reported_configuration_version": Union[int, None],
        "registered_by": str,
        "last_heartbeat_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    RegisterSensorBody = TypedDict("RegisterSensorBody", {
        "name": str,
        "node_id": str,
        "sensor_type": NotRequired[Any],
        "version": str,
        "capabilities": NotRequired[List[str]],
    })

    RenameDiskAnswer = TypedDict("RenameDiskAnswer", {
        "message": str,
        "old_name": str,
        "new_name": str,
        "snapshots_updated": int,
        "errors": NotRequired[List[str]],
    })

    RenameDiskBody = TypedDict("RenameDiskBody", {
        "new_name": str,
    })

    ReopenAlertAnswer = TypedDict("ReopenAlertAnswer", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    ReopenAlertBody = TypedDict("ReopenAlertBody", {
        "note": NotRequired[str],
    })

    ReportInventoryAnswer = TypedDict("ReportInventoryAnswer", {
        "baseline": bool,
        "drift": int,
        "events": int,
    })

    ReportInventoryBodyHost = TypedDict("ReportInventoryBodyHost", {
        "hostname": str,
        "machine_id": Union[str, None],
        "boot_id": Union[str, None],
        "operating_system": str,
        "architecture": str,
        "kernel_release": str,
        "kernel_version": str,
        "cpu_model": Union[str, None],
        "cpu_count": int,
        "memory_bytes": int,
        "virtualization": Union[str, None],
    })

    ReportInventoryBodyTaint = TypedDict("ReportInventoryBodyTaint", {
        "value": Union[int, None],
        "flags": List[str],
    })

    ReportInventoryBodyModulesItem = TypedDict("ReportInventoryBodyModulesItem", {
        "name": str,
        "path": Union[str, None],
        "sha256": Union[str, None],
        "size_bytes": Union[int, None],
        "problem": NotRequired[str],
        "version": NotRequired[Union[str, None]],
        "signer": NotRequired[Union[str, None]],
        "taint": NotRequired[str],
    })

    ReportInventoryBodyFirmwareItem = TypedDict("ReportInventoryBodyFirmwareItem", {
        "path": str,
        "sha256": Union[str, None],
        "size_bytes": Union[int, None],
        "problem": NotRequired[str],
    })

    ReportInventoryBodyFilesItem = TypedDict("ReportInventoryBodyFilesItem", {
        "path": str,
        "sha256": Union[str, None],
        "size_bytes": Union[int, None],
        "problem": NotRequired[str],
    })

    ReportInventoryBody = TypedDict("ReportInventoryBody", {
        "collected_at": str,
        "host": ReportInventoryBodyHost,
        "taint": ReportInventoryBodyTaint,
        "modules": List[ReportInventoryBodyModulesItem],
        "firmware": List[ReportInventoryBodyFirmwareItem],
        "files": List[ReportInventoryBodyFilesItem],
        "drivers": Dict[str, str],
        "toolkits": Dict[str, str],
        "blind": List[str],
    })

    ReportSecurityEventsAnswer = TypedDict("ReportSecurityEventsAnswer", {
        "accepted": int,
        "received_at": str,
    })

    ReportSecurityEventsBodyRecordsItem = TypedDict("ReportSecurityEventsBodyRecordsItem", {
        "node_id": str,
        "sensor_id": NotRequired[Union[str, None]],
        "gpu_id": NotRequired[Union[str, None]],
        "event_type": Literal["gpu.xid", "driver.ioctl", "dma.mapping", "other"],
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "title": str,
        "description": NotRequired[str],
        "timestamp": str,
        "fingerprint": NotRequired[str],
        "evidence": NotRequired[Dict[str, Any]],
    })

    ReportSecurityEventsBody = TypedDict("ReportSecurityEventsBody", {
        "records": List[ReportSecurityEventsBodyRecordsItem],
    })

    ResendDeadLettersAnswer = TypedDict("ResendDeadLettersAnswer", {
        "resent": int,
    })

    ResendDeadLettersBody = TypedDict("ResendDeadLettersBody", {
        "ids": NotRequired[List[str]],
        "limit": NotRequired[int],
    })

    ResendWebhookAnswer = TypedDict("ResendWebhookAnswer", {
        "resent": int,
        "has_more": bool,
    })

    ResendWebhookBody = TypedDict("ResendWebhookBody", {
        "message_id": NotRequired[str],
        "since": NotRequired[str],
    })

    ResolveAlertAnswer = TypedDict("ResolveAlertAnswer", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    ResolveAlertBody = TypedDict("ResolveAlertBody", {
        "resolution": NotRequired[Literal["fixed", "accepted"]],
        "note": NotRequired[str],
    })

    RestoreDiskAnswer = TypedDict("RestoreDiskAnswer", {
        "operation_id": str,
        "disk_name": str,
        "action": Literal["create", "delete", "rename", "clone", "restore", "unlock", "snapshot"],
        "message": str,
        "requested_at": str,
    })

    RotateAgentSecretAnswer = TypedDict("RotateAgentSecretAnswer", {
        "secret": str,
        "previous_expires_at": Union[str, None],
    })

    RotateAgentSecretBody = TypedDict("RotateAgentSecretBody", {
        "overlap_seconds": NotRequired[int],
    })

    RotateApiKeyAnswer = TypedDict("RotateApiKeyAnswer", {
        "id": str,
        "user_id": str,
        "username": str,
        "key_prefix": str,
        "description": str,
        "scopes": Union[List[Literal["nodes:read", "nodes:write", "nodes:write:own", "sensors:read", "sensors:read:own", "sensors:write", "sensors:write:own", "telemetry:read", "telemetry:write", "telemetry:write:own", "events:read", "events:write", "events:write:own", "alerts:read", "alerts:write", "detection:read", "detection:write", "agents:read", "agents:write", "agents:write:own", "scores:read", "scores:write", "users:read", "users:write", "keys:own", "keys:admin", "tokens:introspect", "audit:read", "audit:export", "queues:read", "queues:write", "health:read", "metrics:read", "webhooks:read", "webhooks:write", "limits:read", "limits:write", "jobs:read", "jobs:read:own", "jobs:write", "jobs:write:own", "disks:read", "disks:read:own", "disks:write", "disks:write:own", "cluster:read", "cluster:write", "llm:generate", "llm:embed", "models:read", "models:write", "usage:read", "usage:read:own", "vectors:read", "vectors:write", "firewall:read", "firewall:write", "self"]], None],
        "allowed_addresses": Union[List[str], None],
        "created_at": str,
        "expires_at": Union[str, None],
        "last_used_at": Union[str, None],
        "revoked_at": Union[str, None],
        "api_key": str,
    })

    RotateClientSecretAnswer = TypedDict("RotateClientSecretAnswer", {
        "id": str,
        "client_id": str,
        "secret_prefix": str,
        "description": str,
        "scopes": Union[List[Literal["nodes:read", "nodes:write", "nodes:write:own", "sensors:read", "sensors:read:own", "sensors:write", "sensors:write:own", "telemetry:read", "telemetry:write", "telemetry:write:own", "events:read", "events:write", "events:write:own", "alerts:read", "alerts:write", "detection:read", "detection:write", "agents:read", "agents:write", "agents:write:own", "scores:read", "scores:write", "users:read", "users:write", "keys:own", "keys:admin", "tokens:introspect", "audit:read", "audit:export", "queues:read", "queues:write", "health:read", "metrics:read", "webhooks:read", "webhooks:write", "limits:read", "limits:write", "jobs:read", "jobs:read:own", "jobs:write", "jobs:write:own", "disks:read", "disks:read:own", "disks:write", "disks:write:own", "cluster:read", "cluster:write", "llm:generate", "llm:embed", "models:read", "models:write", "usage:read", "usage:read:own", "vectors:read", "vectors:write", "firewall:read", "firewall:write", "self"]], None],
        "allowed_addresses": Union[List[str], None],
        "created_at": str,
        "expires_at": Union[str, None],
        "last_used_at": Union[str, None],
        "revoked_at": Union[str, None],
        "client_secret": str,
    })

    RotateClientSecretBody = TypedDict("RotateClientSecretBody", {
        "overlap_hours": NotRequired[float],
    })

    RotateOwnKeyAnswer = TypedDict("RotateOwnKeyAnswer", {
        "api_key": str,
        "key_prefix": str,
        "user_id": int,
        "username": str,
        "expires_at": Union[str, None],
    })

    RotateWebhookSecretAnswer = TypedDict("RotateWebhookSecretAnswer", {
        "secret": str,
        "previous_expires_at": str,
    })

    RotateWebhookSecretBody = TypedDict("RotateWebhookSecretBody", {
        "secret": NotRequired[str],
        "overlap_seconds": NotRequired[int],
    })

    SensorHeartbeatAnswerConfiguration = TypedDict("SensorHeartbeatAnswerConfiguration", {
        "heartbeat_interval_seconds": float,
        "telemetry_interval_seconds": float,
        "integrity_interval_seconds": float,
        "kernel_log_enabled": bool,
        "extra_integrity_paths": List[str],
    })

    SensorHeartbeatAnswer = TypedDict("SensorHeartbeatAnswer", {
        "received_at": str,
        "configuration_version": int,
        "configuration": NotRequired[SensorHeartbeatAnswerConfiguration],
    })

    SensorHeartbeatBody = TypedDict("SensorHeartbeatBody", {
        "health": Literal["healthy", "degraded", "unhealthy"],
        "health_detail": NotRequired[Union[str, None]],
        "version": NotRequired[str],
        "configuration_version": NotRequired[int],
        "spooled_records": NotRequired[int],
    })

    SetAlertSeverityAnswer = TypedDict("SetAlertSeverityAnswer", {
        "id": str,
        "title": str,
        "description": str,
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "status": Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"],
        "source": str,
        "fingerprint": str,
        "node_id": Union[str, None],
        "gpu_id": Union[str, None],
        "sensor_id": Union[str, None],
        "assignee": Union[str, None],
        "occurrences": int,
        "first_seen_at": str,
        "last_seen_at": str,
        "acknowledged_at": Union[str, None],
        "acknowledged_by": Union[str, None],
        "resolved_at": Union[str, None],
        "resolved_by": Union[str, None],
        "resolution": Union[str, None],
        "silenced_until": Union[str, None],
        "muted_until": Union[str, None],
        "group_key": str,
        "evidence": Dict[str, Any],
        "created_at": str,
        "updated_at": str,
    })

    SetAlertSeverityBody = TypedDict("SetAlertSeverityBody", {
        "severity": Literal["info", "low", "medium", "high", "critical"],
        "note": NotRequired[str],
    })

    SetJobPriorityAnswer = TypedDict("SetJobPriorityAnswer", {
        "job_id": str,
        "action": Literal["cancel", "extend", "enable_jupyter", "disable_jupyter", "add_user", "set_priority"],
        "status": Literal["requested"],
        "message": str,
        "expires_at": Union[str, None],
    })

    SetJobPriorityBody = TypedDict("SetJobPriorityBody", {
        "priority": int,
    })

    SetNodeMaintenanceBody = TypedDict("SetNodeMaintenanceBody", {
        "cordoned": NotRequired[bool],
        "reason": NotRequired[str],
        "from": NotRequired[Union[str, None]],
        "until": NotRequired[Union[str, None]],
    })

    SubmitJobAnswerEstimateReasonsItem = TypedDict("SubmitJobAnswerEstimateReasonsItem", {
        "code": Literal["free_now", "waits_for_job", "fragmentation", "whole_nodes", "ahead_in_queue", "quota", "maintenance", "disk_in_use", "no_capacity", "start_up"],
        "message": str,
        "job_id": NotRequired[str],
        "at": NotRequired[str],
    })

    SubmitJobAnswerEstimate = TypedDict("SubmitJobAnswerEstimate", {
        "start_time": Union[str, None],
        "wait_seconds": Union[int, None],
        "queue_position": Union[int, None],
        "gpu_hours": float,
        "reasons": List[SubmitJobAnswerEstimateReasonsItem],
    })

    SubmitJobAnswer = TypedDict("SubmitJobAnswer", {
        "job_id": Union[str, None],
        "status": Literal["queued", "dry_run"],
        "message": str,
        "estimated_start_time": Union[str, None],
        "estimate": SubmitJobAnswerEstimate,
    })

    SubmitJobBody = TypedDict("SubmitJobBody", {
        "instance_type": str,
        "image": NotRequired[str],
        "dockerfile": NotRequired[str],
        "duration_hours": NotRequired[float],
        "disk_name": NotRequired[Union[str, None]],
        "disk_size_gb": NotRequired[Union[int, None]],
        "env_vars": NotRequired[Dict[str, Union[str, float, bool]]],
        "command": NotRequired[Union[str, None]],
        "gpu_type": NotRequired[str],
        "gpu_count": NotRequired[int],
        "nodes": NotRequired[int],
        "name": NotRequired[str],
        "jupyter_enabled": NotRequired[bool],
        "github_user": NotRequired[str],
        "ssh_keys": NotRequired[List[str]],
        "profile": NotRequired[Literal["restricted", "profiling"]],
        "dry_run": NotRequired[bool],
    })

    SumUsageAnswerDataItem = TypedDict("SumUsageAnswerDataItem", {
        "principal_id": str,
        "subject": str,
        "kind": str,
        "calls": int,
        "prompt_tokens": int,
        "completion_tokens": int,
        "gpu_seconds": float,
        "cost": float,
    })

    SumUsageAnswer = TypedDict("SumUsageAnswer", {
        "data": List[SumUsageAnswerDataItem],
    })

    TestWebhookAnswer = TypedDict("TestWebhookAnswer", {
        "message_id": str,
    })

    UnfreezeBehaviourBaselineAnswer = TypedDict("UnfreezeBehaviourBaselineAnswer", {
        "id": str,
        "workload": str,
        "status": Literal["learning", "frozen"],
        "version": int,
        "sequences": int,
        "syscalls": int,
        "created_at": str,
        "updated_at": str,
    })

    UnlockDiskAnswer = TypedDict("UnlockDiskAnswer", {
        "operation_id": str,
        "disk_name": str,
        "action": Literal["create", "delete", "rename", "clone", "restore", "unlock", "snapshot"],
        "message": str,
        "requested_at": str,
    })

    UpdateAgentAnswerWebhooksItem = TypedDict("UpdateAgentAnswerWebhooksItem", {
        "endpoint_id": str,
        "url": str,
        "threshold": float,
    })

    UpdateAgentAnswer = TypedDict("UpdateAgentAnswer", {
        "id": str,
        "name": str,
        "description": str,
        "status": Literal["active", "revoked"],
        "source": Literal["registered", "configured"],
        "format": Literal["gpushield", "falco", "tetragon"],
        "node_id": Union[str, None],
        "sensor_id": Union[str, None],
        "labels": Dict[str, str],
        "webhooks": List[UpdateAgentAnswerWebhooksItem],
        "registered_by": str,
        "last_seen_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    UpdateAgentBody = TypedDict("UpdateAgentBody", {
        "name": NotRequired[str],
        "description": NotRequired[str],
        "node_id": NotRequired[Union[str, None]],
        "sensor_id": NotRequired[Union[str, None]],
        "labels": NotRequired[Dict[str, str]],
    })

    UpdateFirewallPolicyAnswerSettingsPii = TypedDict("UpdateFirewallPolicyAnswerSettingsPii", {
        "card": NotRequired[Literal["allow", "mask", "block"]],
        "iban": NotRequired[Literal["allow", "mask", "block"]],
        "email": NotRequired[Literal["allow", "mask", "block"]],
        "phone": NotRequired[Literal["allow", "mask", "block"]],
        "ip": NotRequired[Literal["allow", "mask", "block"]],
        "ssn": NotRequired[Literal["allow", "mask", "block"]],
        "national_id": NotRequired[Literal["allow", "mask", "block"]],
        "passport": NotRequired[Literal["allow", "mask", "block"]],
        "driver_licence": NotRequired[Literal["allow", "mask", "block"]],
        "bank_account": NotRequired[Literal["allow", "mask", "block"]],
        "crypto_wallet": NotRequired[Literal["allow", "mask", "block"]],
        "mac_address": NotRequired[Literal["allow", "mask", "block"]],
        "date_of_birth": NotRequired[Literal["allow", "mask", "block"]],
    })

    UpdateFirewallPolicyAnswerSettings = TypedDict("UpdateFirewallPolicyAnswerSettings", {
        "enabled": NotRequired[bool],
        "report_only": NotRequired[bool],
        "injection_threshold": NotRequired[float],
        "uncertain_from": NotRequired[float],
        "guard_on_failure": NotRequired[Literal["allow", "block"]],
        "session_risk_threshold": NotRequired[float],
        "system_messages": NotRequired[Literal["rules", "judge"]],
        "toxicity": NotRequired[Literal["allow", "mask", "block"]],
        "toxicity_threshold": NotRequired[float],
        "secrets": NotRequired[Literal["allow", "mask", "block"]],
        "exfiltration": NotRequired[Literal["allow", "mask", "block"]],
        "pii": NotRequired[UpdateFirewallPolicyAnswerSettingsPii],
        "allowed_link_hosts": NotRequired[List[str]],
        "canaries": NotRequired[List[str]],
    })

    UpdateFirewallPolicyAnswer = TypedDict("UpdateFirewallPolicyAnswer", {
        "id": str,
        "model": Union[str, None],
        "principal_id": Union[str, None],
        "description": str,
        "settings": UpdateFirewallPolicyAnswerSettings,
        "created_at": str,
        "updated_at": str,
    })

    UpdateFirewallPolicyBodySettingsPii = TypedDict("UpdateFirewallPolicyBodySettingsPii", {
        "card": NotRequired[Literal["allow", "mask", "block"]],
        "iban": NotRequired[Literal["allow", "mask", "block"]],
        "email": NotRequired[Literal["allow", "mask", "block"]],
        "phone": NotRequired[Literal["allow", "mask", "block"]],
        "ip": NotRequired[Literal["allow", "mask", "block"]],
        "ssn": NotRequired[Literal["allow", "mask", "block"]],
        "national_id": NotRequired[Literal["allow", "mask", "block"]],
        "passport": NotRequired[Literal["allow", "mask", "block"]],
        "driver_licence": NotRequired[Literal["allow", "mask", "block"]],
        "bank_account": NotRequired[Literal["allow", "mask", "block"]],
        "crypto_wallet": NotRequired[Literal["allow", "mask", "block"]],
        "mac_address": NotRequired[Literal["allow", "mask", "block"]],
        "date_of_birth": NotRequired[Literal["allow", "mask", "block"]],
    })

    UpdateFirewallPolicyBodySettings = TypedDict("UpdateFirewallPolicyBodySettings", {
        "enabled": NotRequired[bool],
        "report_only": NotRequired[bool],
        "injection_threshold": NotRequired[float],
        "uncertain_from": NotRequired[float],
        "guard_on_failure": NotRequired[Literal["allow", "block"]],
        "session_risk_threshold": NotRequired[float],
        "system_messages": NotRequired[Literal["rules", "judge"]],
        "toxicity": NotRequired[Literal["allow", "mask", "block"]],
        "toxicity_threshold": NotRequired[float],
        "secrets": NotRequired[Literal["allow", "mask", "block"]],
        "exfiltration": NotRequired[Literal["allow", "mask", "block"]],
        "pii": NotRequired[UpdateFirewallPolicyBodySettingsPii],
        "allowed_link_hosts": NotRequired[List[str]],
        "canaries": NotRequired[List[str]],
    })

    UpdateFirewallPolicyBody = TypedDict("UpdateFirewallPolicyBody", {
        "description": NotRequired[str],
        "settings": UpdateFirewallPolicyBodySettings,
    })

    UpdateNodeAnswer = TypedDict("UpdateNodeAnswer", {
        "id": str,
        "name": str,
        "cluster_id": str,
        "ip_address": Union[str, None],
        "kubernetes_version": Union[str, None],
        "kernel_version": Union[str, None],
        "operating_system": Union[str, None],
        "architecture": Union[str, None],
        "labels": Dict[str, str],
        "status": Literal["online", "offline", "unknown"],
        "gpu_count": int,
        "sensor_count": int,
        "registered_by": str,
        "last_seen_at": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    UpdateNodeBody = TypedDict("UpdateNodeBody", {
        "ip_address": NotRequired[Union[str, None]],
        "kubernetes_version": NotRequired[Union[str, None]],
        "kernel_version": NotRequired[Union[str, None]],
        "operating_system": NotRequired[Union[str, None]],
        "architecture": NotRequired[Union[str, None]],
        "labels": NotRequired[Dict[str, str]],
    })

    UpdateServiceAccountAnswer = TypedDict("UpdateServiceAccountAnswer", {
        "id": str,
        "client_id": str,
        "username": str,
        "description": str,
        "roles": List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]],
        "disabled": bool,
        "created_at": str,
        "updated_at": str,
    })

    UpdateServiceAccountBody = TypedDict("UpdateServiceAccountBody", {
        "description": NotRequired[str],
        "disabled": NotRequired[bool],
    })

    UpdateUserAnswer = TypedDict("UpdateUserAnswer", {
        "id": str,
        "username": str,
        "kind": Literal["person", "service"],
        "email": Union[str, None],
        "roles": List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]],
        "disabled": bool,
        "created_at": str,
        "updated_at": str,
        "last_login_at": Union[str, None],
    })

    UpdateUserBody = TypedDict("UpdateUserBody", {
        "email": NotRequired[Union[str, None]],
        "roles": NotRequired[List[Literal["admin", "operator", "analyst", "viewer", "researcher", "sensor"]]],
        "disabled": NotRequired[bool],
        "password": NotRequired[str],
    })

    UpdateWebhookAnswer = TypedDict("UpdateWebhookAnswer", {
        "id": str,
        "url": str,
        "description": str,
        "event_types": List[str],
        "labels": Dict[str, str],
        "ordered": bool,
        "rate_limit_per_second": Union[int, None],
        "enabled": bool,
        "disabled_reason": Union[Literal["manual", "gone", "failing"], None],
        "disabled_at": Union[str, None],
        "failing_since": Union[str, None],
        "created_at": str,
        "updated_at": str,
    })

    UpdateWebhookBody = TypedDict("UpdateWebhookBody", {
        "url": NotRequired[str],
        "description": NotRequired[str],
        "event_types": NotRequired[List[str]],
        "labels": NotRequired[Dict[str, str]],
        "ordered": NotRequired[bool],
        "rate_limit_per_second": NotRequired[Union[int, None]],
    })

    UpsertVectorsAnswer = TypedDict("UpsertVectorsAnswer", {
        "upserted": int,
        "dimensions": int,
    })

    UpsertVectorsBodyRecordsItem = TypedDict("UpsertVectorsBodyRecordsItem", {
        "id": str,
        "values": NotRequired[List[float]],
        "text": NotRequired[str],
        "metadata": NotRequired[Dict[str, Union[str, float, bool]]],
    })

    UpsertVectorsBody = TypedDict("UpsertVectorsBody", {
        "records": List[UpsertVectorsBodyRecordsItem],
        "model": NotRequired[str],
        "metric": NotRequired[Literal["cosine", "dot", "l2"]],
    })


class Operations(Transport):
    """Every operation of the API that speaks JSON."""

    def accept_baseline(self, id: str, *, idempotency_key: Optional[str] = None) -> AcceptBaselineAnswer:
        """Make what a sensor saw last the baseline; its own credential may not"""
        return self._request("POST", "/api/v1/sensors/{id}/baseline", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def acknowledge_alert(self, id: str, body: AcknowledgeAlertBody, *, idempotency_key: Optional[str] = None) -> AcknowledgeAlertAnswer:
        """Say that somebody looks at it; a second time changes nothing"""
        return self._request("POST", "/api/v1/alerts/{id}/acknowledge", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def add_gpu(self, id: str, body: AddGpuBody, *, idempotency_key: Optional[str] = None) -> Union[AddGpuAnswer, AddGpuAnswer2]:
        """Register a GPU on a node, or update the one with this UUID"""
        return self._request("POST", "/api/v1/nodes/{id}/gpus", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def add_job_user(self, id: str, body: AddJobUserBody, *, idempotency_key: Optional[str] = None) -> AddJobUserAnswer:
        """Let another person log in: by their keys at GitHub, or by keys that are given"""
        return self._request("POST", "/v1/jobs/{id}/users", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def approve_device_login(self, user_code: str, *, idempotency_key: Optional[str] = None) -> ApproveDeviceLoginAnswer:
        """Let the device with this code sign in as oneself, once"""
        return self._request("POST", "/api/v1/device-logins/{user_code}/approve", path={"user_code": user_code}, query={}, keyed=True, idempotency_key=idempotency_key)

    def assign_alert(self, id: str, body: AssignAlertBody, *, idempotency_key: Optional[str] = None) -> AssignAlertAnswer:
        """Give an alert to a user, or take it back with null"""
        return self._request("POST", "/api/v1/alerts/{id}/assign", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def aws_login(self, body: AwsLoginBody) -> AwsLoginAnswer:
        """Sign in with AWS: a pre-signed GetCallerIdentity becomes an API key"""
        return self._request("POST", "/v1/auth/aws-login", path={}, query={}, body=body)

    def bulk_change_alerts(self, body: BulkChangeAlertsBody, *, idempotency_key: Optional[str] = None) -> BulkChangeAlertsAnswer:
        """The same change of up to 1,000 alerts, by ids or by query, in one transaction"""
        return self._request("POST", "/api/v1/alerts/bulk", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def cancel_job(self, id: str, body: Dict[str, Any], *, idempotency_key: Optional[str] = None) -> CancelJobAnswer:
        """End a job: its processes get SIGTERM, its disk a snapshot"""
        return self._request("POST", "/v1/jobs/{id}/cancel", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def change_password(self, body: ChangePasswordBody) -> None:
        """Change one's own password; every other session of one's own ends"""
        return self._request("POST", "/api/v1/me/password", path={}, query={}, body=body)

    def clone_disk(self, name: str, body: CloneDiskBody, *, idempotency_key: Optional[str] = None) -> CloneDiskAnswer:
        """Make a disk out of another’s snapshot: the one named, else the newest, else one that is taken now"""
        return self._request("POST", "/v1/disks/{name}/clone", path={"name": name}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def comment_alert(self, id: str, body: CommentAlertBody, *, idempotency_key: Optional[str] = None) -> CommentAlertAnswer:
        """Say something about an alert, whatever its status"""
        return self._request("POST", "/api/v1/alerts/{id}/comments", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def create_alert(self, body: CreateAlertBody, *, idempotency_key: Optional[str] = None) -> Union[CreateAlertAnswer, CreateAlertAnswer2]:
        """Raise an alert; 200 when it joined an unresolved one with the same fingerprint"""
        return self._request("POST", "/api/v1/alerts", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def create_alert_silence(self, body: CreateAlertSilenceBody, *, idempotency_key: Optional[str] = None) -> CreateAlertSilenceAnswer:
        """Tell nobody of the alerts that match, until it ends; they are still raised and listed"""
        return self._request("POST", "/api/v1/alerts/silences", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def create_api_key(self, body: CreateApiKeyBody) -> CreateApiKeyAnswer:
        """Create an API key, never wider than the credential that asks; the key itself is shown this once"""
        return self._request("POST", "/api/v1/keys", path={}, query={}, body=body)

    def create_chat_completion(self, body: CreateChatCompletionBody, *, idempotency_key: Optional[str] = None) -> CreateChatCompletionAnswer:
        """Chat, as OpenAI has it: streams, tools, JSON mode and pictures included"""
        return self._request("POST", "/v1/chat/completions", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def create_client_secret(self, id: str, body: CreateClientSecretBody) -> CreateClientSecretAnswer:
        """A further secret of a service account's OAuth2 client; the secret itself is shown this once"""
        return self._request("POST", "/api/v1/service-accounts/{id}/secrets", path={"id": id}, query={}, body=body)

    def create_completion(self, body: CreateCompletionBody, *, idempotency_key: Optional[str] = None) -> CreateCompletionAnswer:
        """Continues a text, as OpenAI has it"""
        return self._request("POST", "/v1/completions", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def create_detection_maintenance(self, body: CreateDetectionMaintenanceBody, *, idempotency_key: Optional[str] = None) -> CreateDetectionMaintenanceAnswer:
        """Announce maintenance: records of its time raise nothing"""
        return self._request("POST", "/api/v1/detection/maintenance", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def create_disk(self, body: CreateDiskBody, *, idempotency_key: Optional[str] = None) -> CreateDiskAnswer:
        """Make a disk that outlives jobs; poll its operation"""
        return self._request("POST", "/v1/disks", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def create_embedding(self, body: CreateEmbeddingBody, *, idempotency_key: Optional[str] = None) -> CreateEmbeddingAnswer:
        """Vectors of texts, as OpenAI has it"""
        return self._request("POST", "/v1/embeddings", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def create_firewall_policy(self, body: CreateFirewallPolicyBody, *, idempotency_key: Optional[str] = None) -> CreateFirewallPolicyAnswer:
        """Set what the firewall does for a model, a principal, both, or everyone"""
        return self._request("POST", "/api/v1/firewall/policies", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def create_response(self, body: CreateResponseBody, *, idempotency_key: Optional[str] = None) -> CreateResponseAnswer:
        """A response, as OpenAI has it; conversations are not kept, so input holds all of one"""
        return self._request("POST", "/v1/responses", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def create_scoped_token(self, body: CreateScopedTokenBody) -> CreateScopedTokenAnswer:
        """A token of 60 seconds for one model and a budget of tokens"""
        return self._request("POST", "/auth/scoped-token", path={}, query={}, body=body)

    def create_service_account(self, body: CreateServiceAccountBody, *, idempotency_key: Optional[str] = None) -> CreateServiceAccountAnswer:
        """Create a service account: a user that asks with client secrets, keys or certificates"""
        return self._request("POST", "/api/v1/service-accounts", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def create_user(self, body: CreateUserBody) -> CreateUserAnswer:
        """Create a user"""
        return self._request("POST", "/api/v1/users", path={}, query={}, body=body)

    def create_webhook(self, body: CreateWebhookBody) -> CreateWebhookAnswer:
        """Register an endpoint; the answer shows its secret, once"""
        return self._request("POST", "/api/v1/webhooks", path={}, query={}, body=body)

    def debug_job(self, id: str) -> DebugJobAnswer:
        """Everything that is known about a job, for somebody who asks why it does not work"""
        return self._request("GET", "/v1/jobs/{id}/debug", path={"id": id}, query={})

    def delete_behaviour_baseline(self, id: str, *, idempotency_key: Optional[str] = None) -> None:
        """Forget what was learned of a workload: it is learned anew"""
        return self._request("DELETE", "/api/v1/scoring/baselines/{id}", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_detection_switch(self, target: Literal["fleet", "node", "gpu"], id: str, *, idempotency_key: Optional[str] = None) -> None:
        """Put a node, a GPU or the fleet back to the defaults"""
        return self._request("DELETE", "/api/v1/detection/switches/{target}/{id}", path={"target": target, "id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_disk(self, name: str, *, idempotency_key: Optional[str] = None) -> DeleteDiskAnswer:
        """Delete a disk; for 30 days it can be restored"""
        return self._request("DELETE", "/v1/disks/{name}", path={"name": name}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_firewall_policy(self, id: str, *, idempotency_key: Optional[str] = None) -> None:
        """Delete a policy; the next wider one holds then"""
        return self._request("DELETE", "/api/v1/firewall/policies/{id}", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_gpu(self, id: str, *, idempotency_key: Optional[str] = None) -> None:
        """Delete a GPU; its telemetry stays until retention"""
        return self._request("DELETE", "/api/v1/gpus/{id}", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_gpu_type(self, type: str, *, idempotency_key: Optional[str] = None) -> None:
        """Take a type off the table; its jobs run on"""
        return self._request("DELETE", "/v1/admin/gpu-types/{type}", path={"type": type}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_node(self, id: str, *, idempotency_key: Optional[str] = None) -> None:
        """Delete a node with its GPUs and sensors; their telemetry stays until retention"""
        return self._request("DELETE", "/api/v1/nodes/{id}", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_reservation_quota(self, kind: Literal["user", "group", "default"], subject: str, *, idempotency_key: Optional[str] = None) -> None:
        """Drop a quota: the default holds again"""
        return self._request("DELETE", "/v1/admin/quotas/{kind}/{subject}", path={"kind": kind, "subject": subject}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_risk_threshold(self, id: str, *, idempotency_key: Optional[str] = None) -> None:
        """Forget the own threshold: the default counts where the webhook asks for risk_threshold_crossed"""
        return self._request("DELETE", "/api/v1/webhooks/{id}/risk-threshold", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_sensor(self, id: str, *, idempotency_key: Optional[str] = None) -> None:
        """Delete a sensor; its telemetry stays until retention"""
        return self._request("DELETE", "/api/v1/sensors/{id}", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_upstream_key(self, upstream: str, *, idempotency_key: Optional[str] = None) -> None:
        """Forgets the sealed key of a model server"""
        return self._request("DELETE", "/api/v1/upstreams/{upstream}/key", path={"upstream": upstream}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_vector_namespace(self, namespace: str, *, idempotency_key: Optional[str] = None) -> None:
        """Deletes a namespace of the caller’s with all its vectors"""
        return self._request("DELETE", "/api/v1/vectors/{namespace}", path={"namespace": namespace}, query={}, keyed=True, idempotency_key=idempotency_key)

    def delete_vectors(self, namespace: str, body: DeleteVectorsBody, *, idempotency_key: Optional[str] = None) -> DeleteVectorsAnswer:
        """Deletes vectors by id"""
        return self._request("POST", "/api/v1/vectors/{namespace}/delete", path={"namespace": namespace}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def delete_webhook(self, id: str, *, idempotency_key: Optional[str] = None) -> None:
        """Delete an endpoint with its secrets, deliveries and attempts; what waits for it is not sent"""
        return self._request("DELETE", "/api/v1/webhooks/{id}", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def deny_device_login(self, user_code: str, *, idempotency_key: Optional[str] = None) -> DenyDeviceLoginAnswer:
        """Refuse the device with this code"""
        return self._request("POST", "/api/v1/device-logins/{user_code}/deny", path={"user_code": user_code}, query={}, keyed=True, idempotency_key=idempotency_key)

    def disable_jupyter(self, id: str, body: Dict[str, Any], *, idempotency_key: Optional[str] = None) -> DisableJupyterAnswer:
        """Stop Jupyter Lab in a job"""
        return self._request("POST", "/v1/jobs/{id}/jupyter/disable", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def disable_webhook(self, id: str, *, idempotency_key: Optional[str] = None) -> DisableWebhookAnswer:
        """Send nothing more to an endpoint; what waits for it ends as failed"""
        return self._request("POST", "/api/v1/webhooks/{id}/disable", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def enable_jupyter(self, id: str, body: Dict[str, Any], *, idempotency_key: Optional[str] = None) -> EnableJupyterAnswer:
        """Start Jupyter Lab in a job"""
        return self._request("POST", "/v1/jobs/{id}/jupyter/enable", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def enable_webhook(self, id: str, *, idempotency_key: Optional[str] = None) -> EnableWebhookAnswer:
        """Send to an endpoint again, from now on; resend what it missed"""
        return self._request("POST", "/api/v1/webhooks/{id}/enable", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def end_alert_silence(self, id: str, *, idempotency_key: Optional[str] = None) -> EndAlertSilenceAnswer:
        """End a silence now; one that has ended stays as it is"""
        return self._request("DELETE", "/api/v1/alerts/silences/{id}", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def end_detection_maintenance(self, id: str, *, idempotency_key: Optional[str] = None) -> EndDetectionMaintenanceAnswer:
        """End a maintenance window now; one that has ended stays as it is"""
        return self._request("DELETE", "/api/v1/detection/maintenance/{id}", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def explain_gpu_detection(self, id: str) -> ExplainGpuDetectionAnswer:
        """What detection knows of a GPU: baselines, the latest score with its reasons, findings"""
        return self._request("GET", "/api/v1/detection/gpus/{id}", path={"id": id}, query={})

    def export_behaviour_baseline(self, id: str) -> ExportBehaviourBaselineAnswer:
        """The model of one baseline, whole"""
        return self._request("GET", "/api/v1/scoring/baselines/{id}/model", path={"id": id}, query={})

    def extend_job(self, id: str, body: ExtendJobBody, *, idempotency_key: Optional[str] = None) -> ExtendJobAnswer:
        """Move the end of a job; warnings start anew"""
        return self._request("POST", "/v1/jobs/{id}/extend", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def freeze_behaviour_baseline(self, id: str, *, idempotency_key: Optional[str] = None) -> FreezeBehaviourBaselineAnswer:
        """Learn no more: what is usual stays as it is"""
        return self._request("POST", "/api/v1/scoring/baselines/{id}/freeze", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def generate(self, body: GenerateBody, *, idempotency_key: Optional[str] = None) -> GenerateAnswer:
        """One prompt to a model, with a scoped token in X-LLM-Token"""
        return self._request("POST", "/api/v1/llm/generate", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def get_agent(self, id: str) -> GetAgentAnswer:
        """One agent"""
        return self._request("GET", "/api/v1/agents/{id}", path={"id": id}, query={})

    def get_alert(self, id: str) -> GetAlertAnswer:
        """One alert"""
        return self._request("GET", "/api/v1/alerts/{id}", path={"id": id}, query={})

    def get_alert_silence(self, id: str) -> GetAlertSilenceAnswer:
        """One silence"""
        return self._request("GET", "/api/v1/alerts/silences/{id}", path={"id": id}, query={})

    def get_alert_summary(self) -> GetAlertSummaryAnswer:
        """How many alerts there are, by status and severity"""
        return self._request("GET", "/api/v1/alerts/summary", path={}, query={})

    def get_audit_public_key(self) -> GetAuditPublicKeyAnswer:
        """The public key that verifies checkpoints"""
        return self._request("GET", "/api/v1/audit/public-key", path={}, query={})

    def get_cluster_status(self) -> GetClusterStatusAnswer:
        """The cluster in numbers: GPUs and reservations"""
        return self._request("GET", "/v1/cluster/status", path={}, query={})

    def get_device_login(self, user_code: str) -> GetDeviceLoginAnswer:
        """Which device waits with this code"""
        return self._request("GET", "/api/v1/device-logins/{user_code}", path={"user_code": user_code}, query={})

    def get_disk(self, name: str) -> GetDiskAnswer:
        """A disk of one’s own"""
        return self._request("GET", "/v1/disks/{name}", path={"name": name}, query={})

    def get_disk_content(self, name: str) -> GetDiskContentAnswer:
        """What the newest snapshot of a disk holds, as a tree"""
        return self._request("GET", "/v1/disks/{name}/content", path={"name": name}, query={})

    def get_disk_operation(self, name: str, operation_id: str) -> GetDiskOperationAnswer:
        """How far an operation on a disk is"""
        return self._request("GET", "/v1/disks/{name}/operations/{operation_id}", path={"name": name, "operation_id": operation_id}, query={})

    def get_firewall_policy(self, id: str) -> GetFirewallPolicyAnswer:
        """One policy"""
        return self._request("GET", "/api/v1/firewall/policies/{id}", path={"id": id}, query={})

    def get_gpu(self, id: str) -> GetGpuAnswer:
        """Read a GPU"""
        return self._request("GET", "/api/v1/gpus/{id}", path={"id": id}, query={})

    def get_gpu_availability(self) -> GetGpuAvailabilityAnswer:
        """What there is of each type, what is free, and how it is spread over nodes"""
        return self._request("GET", "/v1/gpu/availability", path={}, query={})

    def get_health(self) -> GetHealthAnswer:
        """Is the service up?"""
        return self._request("GET", "/health", path={}, query={})

    def get_health_details(self) -> GetHealthDetailsAnswer:
        """What works, what does not, and which sensors are connected"""
        return self._request("GET", "/health/details", path={}, query={})

    def get_inventory(self, id: str) -> GetInventoryAnswer:
        """A sensor's last inventory and how it differs from the baseline"""
        return self._request("GET", "/api/v1/sensors/{id}/inventory", path={"id": id}, query={})

    def get_job(self, id: str) -> GetJobAnswer:
        """A job, by its id or a unique beginning of it"""
        return self._request("GET", "/v1/jobs/{id}", path={"id": id}, query={})

    def get_job_logs(self, id: str, *, rank: Optional[int] = None, tail_bytes: Optional[int] = None) -> GetJobLogsAnswer:
        """The last lines that a job wrote, also after its end"""
        return self._request("GET", "/v1/jobs/{id}/logs", path={"id": id}, query={"rank": rank, "tail_bytes": tail_bytes})

    def get_me(self) -> GetMeAnswer:
        """Who is asking, and what they may do"""
        return self._request("GET", "/api/v1/me", path={}, query={})

    def get_node(self, id: str) -> GetNodeAnswer:
        """Read a node"""
        return self._request("GET", "/api/v1/nodes/{id}", path={"id": id}, query={})

    def get_openai_model(self, model: str) -> GetOpenaiModelAnswer:
        """One model, as OpenAI shows it"""
        return self._request("GET", "/v1/models/{model}", path={"model": model}, query={})

    def get_process(self, id: str) -> GetProcessAnswer:
        """One process"""
        return self._request("GET", "/api/v1/processes/{id}", path={"id": id}, query={})

    def get_process_score(self, id: str) -> GetProcessScoreAnswer:
        """The risk of one process at this moment, with what it is made of"""
        return self._request("GET", "/api/v1/processes/{id}/score", path={"id": id}, query={})

    def get_process_tree(self, id: str) -> GetProcessTreeAnswer:
        """Who started a process, and what it started"""
        return self._request("GET", "/api/v1/processes/{id}/tree", path={"id": id}, query={})

    def get_risk_threshold(self, id: str) -> GetRiskThresholdAnswer:
        """A webhook's own threshold"""
        return self._request("GET", "/api/v1/webhooks/{id}/risk-threshold", path={"id": id}, query={})

    def get_score_recalculation(self, id: str) -> GetScoreRecalculationAnswer:
        """How far a recalculation is"""
        return self._request("GET", "/api/v1/score-recalculations/{id}", path={"id": id}, query={})

    def get_security_event(self, id: str) -> GetSecurityEventAnswer:
        """One security event"""
        return self._request("GET", "/api/v1/security-events/{id}", path={"id": id}, query={})

    def get_sensor(self, id: str) -> GetSensorAnswer:
        """Read a sensor"""
        return self._request("GET", "/api/v1/sensors/{id}", path={"id": id}, query={})

    def get_sensor_configuration(self, id: str, *, after_version: Optional[int] = None, wait_seconds: Optional[float] = None) -> GetSensorConfigurationAnswer:
        """Read the configuration of a sensor, or wait until it is another than after_version"""
        return self._request("GET", "/api/v1/sensors/{id}/configuration", path={"id": id}, query={"after_version": after_version, "wait_seconds": wait_seconds})

    def get_service_account(self, id: str) -> GetServiceAccountAnswer:
        """One service account"""
        return self._request("GET", "/api/v1/service-accounts/{id}", path={"id": id}, query={})

    def get_service_info(self) -> GetServiceInfoAnswer:
        """What this service is, and where its documentation is"""
        return self._request("GET", "/", path={}, query={})

    def get_user(self, id: str) -> GetUserAnswer:
        """One user"""
        return self._request("GET", "/api/v1/users/{id}", path={"id": id}, query={})

    def get_webhook(self, id: str) -> GetWebhookAnswer:
        """One endpoint, without its secret"""
        return self._request("GET", "/api/v1/webhooks/{id}", path={"id": id}, query={})

    def ingest_events(self, body: IngestEventsBody, *, idempotency_key: Optional[str] = None) -> IngestEventsAnswer:
        """Take syscall events, score them, and answer for each one when all of that is durable"""
        return self._request("POST", "/api/v1/events", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def ingest_falco_events(self, agent_id: str, body: Any, *, idempotency_key: Optional[str] = None) -> IngestFalcoEventsAnswer:
        """Take Falco's own JSON: an event, a list of events, or one a line"""
        return self._request("POST", "/api/v1/events/falco/{agent_id}", path={"agent_id": agent_id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def ingest_telemetry_bulk(self, body: IngestTelemetryBulkBody, *, idempotency_key: Optional[str] = None) -> IngestTelemetryBulkAnswer:
        """Store up to 10,000 telemetry records, all or none; answered when they are durable"""
        return self._request("POST", "/api/v1/telemetry/records/bulk", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def ingest_telemetry_record(self, body: IngestTelemetryRecordBody, *, idempotency_key: Optional[str] = None) -> IngestTelemetryRecordAnswer:
        """Store one telemetry record; answered when it is durable"""
        return self._request("POST", "/api/v1/telemetry/records", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def ingest_tetragon_events(self, agent_id: str, body: Any, *, idempotency_key: Optional[str] = None) -> IngestTetragonEventsAnswer:
        """Take Tetragon's own JSON: an event, a list of events, or one a line"""
        return self._request("POST", "/api/v1/events/tetragon/{agent_id}", path={"agent_id": agent_id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def inspect_firewall(self, body: InspectFirewallBody) -> InspectFirewallAnswer:
        """Explain what the firewall would do with a text, with the places of what it found"""
        return self._request("POST", "/api/v1/firewall/inspect", path={}, query={}, body=body)

    def investigate_alert(self, id: str, body: InvestigateAlertBody, *, idempotency_key: Optional[str] = None) -> InvestigateAlertAnswer:
        """Say that somebody works on it; acknowledges what nobody acknowledged"""
        return self._request("POST", "/api/v1/alerts/{id}/investigate", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def latest_telemetry_records(self, *, node_id: Optional[str] = None) -> LatestTelemetryRecordsAnswer:
        """The newest record of each GPU of a node"""
        return self._request("GET", "/api/v1/telemetry/records/latest", path={}, query={"node_id": node_id})

    def lift_limit_block(self, key: str) -> None:
        """Ends a block at once; the key is percent-encoded"""
        return self._request("DELETE", "/api/v1/limits/blocks/{key}", path={"key": key}, query={})

    def list_agents(self, *, status: Optional[Literal["active", "revoked"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListAgentsAnswer:
        """Agents, newest first"""
        return self._request("GET", "/api/v1/agents", path={}, query={"status": status, "limit": limit, "cursor": cursor})

    def list_alert_comments(self, id: str, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListAlertCommentsAnswer:
        """What was said about an alert, newest first"""
        return self._request("GET", "/api/v1/alerts/{id}/comments", path={"id": id}, query={"limit": limit, "cursor": cursor})

    def list_alert_groups(self, *, source: Optional[str] = None, node_id: Optional[str] = None, active: Optional[bool] = None, since: Optional[str] = None, until: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListAlertGroupsAnswer:
        """Alerts of one source on one node within a quarter of an hour, newest group first"""
        return self._request("GET", "/api/v1/alerts/groups", path={}, query={"source": source, "node_id": node_id, "active": active, "since": since, "until": until, "limit": limit, "cursor": cursor})

    def list_alert_history(self, id: str, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListAlertHistoryAnswer:
        """What happened to an alert, newest first; repetitions are listed at the 2nd, 4th, 8th … occurrence"""
        return self._request("GET", "/api/v1/alerts/{id}/history", path={"id": id}, query={"limit": limit, "cursor": cursor})

    def list_alert_silences(self, *, ended: Optional[bool] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListAlertSilencesAnswer:
        """Silences that have not ended, newest first"""
        return self._request("GET", "/api/v1/alerts/silences", path={}, query={"ended": ended, "limit": limit, "cursor": cursor})

    def list_alerts(self, *, severity: Optional[Literal["info", "low", "medium", "high", "critical"]] = None, status: Optional[Literal["open", "acknowledged", "investigating", "resolved", "false_positive", "reopened"]] = None, source: Optional[str] = None, node_id: Optional[str] = None, gpu_id: Optional[str] = None, assignee: Optional[str] = None, since: Optional[str] = None, until: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListAlertsAnswer:
        """Alerts, newest first; since and until select those that were seen within the window"""
        return self._request("GET", "/api/v1/alerts", path={}, query={"severity": severity, "status": status, "source": source, "node_id": node_id, "gpu_id": gpu_id, "assignee": assignee, "since": since, "until": until, "limit": limit, "cursor": cursor})

    def list_api_keys(self, *, user_id: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListApiKeysAnswer:
        """One's own API keys, newest first; everybody's with keys:admin"""
        return self._request("GET", "/api/v1/keys", path={}, query={"user_id": user_id, "limit": limit, "cursor": cursor})

    def list_audit_checkpoints(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListAuditCheckpointsAnswer:
        """Signed checkpoints of the audit trail, newest first"""
        return self._request("GET", "/api/v1/audit/checkpoints", path={}, query={"limit": limit, "cursor": cursor})

    def list_audit_entries(self, *, principal_id: Optional[str] = None, action: Optional[str] = None, resource: Optional[str] = None, correlation_id: Optional[str] = None, granted: Optional[bool] = None, since: Optional[str] = None, until: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListAuditEntriesAnswer:
        """The audit trail, newest first"""
        return self._request("GET", "/api/v1/audit", path={}, query={"principal_id": principal_id, "action": action, "resource": resource, "correlation_id": correlation_id, "granted": granted, "since": since, "until": until, "limit": limit, "cursor": cursor})

    def list_behaviour_baselines(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListBehaviourBaselinesAnswer:
        """What is known of the usual behaviour of workloads, newest first"""
        return self._request("GET", "/api/v1/scoring/baselines", path={}, query={"limit": limit, "cursor": cursor})

    def list_certificates(self, id: str, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListCertificatesAnswer:
        """Which client certificates speak for a service account, newest first"""
        return self._request("GET", "/api/v1/service-accounts/{id}/certificates", path={"id": id}, query={"limit": limit, "cursor": cursor})

    def list_client_secrets(self, id: str, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListClientSecretsAnswer:
        """A service account's client secrets, newest first; never the secrets themselves"""
        return self._request("GET", "/api/v1/service-accounts/{id}/secrets", path={"id": id}, query={"limit": limit, "cursor": cursor})

    def list_detection_findings(self, *, active: Optional[bool] = None, node_id: Optional[str] = None, gpu_id: Optional[str] = None, family: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListDetectionFindingsAnswer:
        """What was found on which GPU, and whether it goes on; newest first"""
        return self._request("GET", "/api/v1/detection/findings", path={}, query={"active": active, "node_id": node_id, "gpu_id": gpu_id, "family": family, "limit": limit, "cursor": cursor})

    def list_detection_maintenance(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListDetectionMaintenanceAnswer:
        """List maintenance windows, newest first"""
        return self._request("GET", "/api/v1/detection/maintenance", path={}, query={"limit": limit, "cursor": cursor})

    def list_detection_switches(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListDetectionSwitchesAnswer:
        """List what is switched otherwise than by default, newest change first"""
        return self._request("GET", "/api/v1/detection/switches", path={}, query={"limit": limit, "cursor": cursor})

    def list_detectors(self) -> ListDetectorsAnswer:
        """The detectors that there are"""
        return self._request("GET", "/api/v1/detection/detectors", path={}, query={})

    def list_disk_snapshots(self, name: str) -> ListDiskSnapshotsAnswer:
        """Snapshots of a disk, newest first"""
        return self._request("GET", "/v1/disks/{name}/snapshots", path={"name": name}, query={})

    def list_disks(self) -> ListDisksAnswer:
        """One’s own disks, deleted ones that can be had back included"""
        return self._request("GET", "/v1/disks", path={}, query={})

    def list_events(self, *, agent_id: Optional[str] = None, process_id: Optional[str] = None, syscall: Optional[str] = None, since: Optional[str] = None, until: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListEventsAnswer:
        """Syscall events, the last received first"""
        return self._request("GET", "/api/v1/events", path={}, query={"agent_id": agent_id, "process_id": process_id, "syscall": syscall, "since": since, "until": until, "limit": limit, "cursor": cursor})

    def list_firewall_policies(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListFirewallPoliciesAnswer:
        """The firewall’s policies, newest first"""
        return self._request("GET", "/api/v1/firewall/policies", path={}, query={"limit": limit, "cursor": cursor})

    def list_gpu_types(self) -> ListGpuTypesAnswer:
        """The table of types that jobs can ask for"""
        return self._request("GET", "/v1/gpu/types", path={}, query={})

    def list_gpus(self, *, node_id: Optional[str] = None, vendor: Optional[Literal["nvidia", "amd", "intel"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListGpusAnswer:
        """List GPUs, newest first"""
        return self._request("GET", "/api/v1/gpus", path={}, query={"node_id": node_id, "vendor": vendor, "limit": limit, "cursor": cursor})

    def list_jobs(self, *, status: Optional[str] = None, limit: Optional[int] = None, offset: Optional[int] = None, user: Optional[Literal["me", "all"]] = None) -> ListJobsAnswer:
        """Jobs, newest first: one’s own; everybody’s with user=all and the scope"""
        return self._request("GET", "/v1/jobs", path={}, query={"status": status, "limit": limit, "offset": offset, "user": user})

    def list_limit_blocks(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListLimitBlocksAnswer:
        """Clients that are blocked because they kept exceeding a limit, newest first"""
        return self._request("GET", "/api/v1/limits/blocks", path={}, query={"limit": limit, "cursor": cursor})

    def list_models(self) -> ListModelsAnswer:
        """The models that the caller may use, with their servers, limits and prices"""
        return self._request("GET", "/api/v1/models", path={}, query={})

    def list_my_sessions(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListMySessionsAnswer:
        """One's own open sessions, newest first"""
        return self._request("GET", "/api/v1/me/sessions", path={}, query={"limit": limit, "cursor": cursor})

    def list_node_gpus(self, id: str, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListNodeGpusAnswer:
        """List the GPUs of a node, newest first"""
        return self._request("GET", "/api/v1/nodes/{id}/gpus", path={"id": id}, query={"limit": limit, "cursor": cursor})

    def list_nodes(self, *, cluster_id: Optional[str] = None, status: Optional[Literal["online", "offline", "unknown"]] = None, name: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListNodesAnswer:
        """List nodes, newest first"""
        return self._request("GET", "/api/v1/nodes", path={}, query={"cluster_id": cluster_id, "status": status, "name": name, "limit": limit, "cursor": cursor})

    def list_openai_models(self) -> ListOpenaiModelsAnswer:
        """The models that the caller may use, as OpenAI lists them"""
        return self._request("GET", "/v1/models", path={}, query={})

    def list_process_events(self, id: str, *, syscall: Optional[str] = None, since: Optional[str] = None, until: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListProcessEventsAnswer:
        """The events of one process, the last received first"""
        return self._request("GET", "/api/v1/processes/{id}/events", path={"id": id}, query={"syscall": syscall, "since": since, "until": until, "limit": limit, "cursor": cursor})

    def list_process_score_history(self, id: str, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListProcessScoreHistoryAnswer:
        """The risk of one process each time that it changed, the latest first"""
        return self._request("GET", "/api/v1/processes/{id}/score-history", path={"id": id}, query={"limit": limit, "cursor": cursor})

    def list_processes(self, *, agent_id: Optional[str] = None, job_id: Optional[str] = None, parent_process_id: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListProcessesAnswer:
        """Processes, newest first"""
        return self._request("GET", "/api/v1/processes", path={}, query={"agent_id": agent_id, "job_id": job_id, "parent_process_id": parent_process_id, "limit": limit, "cursor": cursor})

    def list_queue_messages(self, name: str, *, state: Optional[Literal["ready", "delayed", "dead"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListQueueMessagesAnswer:
        """A look at messages that changes nothing about them: oldest first, dead letters newest first"""
        return self._request("GET", "/api/v1/queues/{name}/messages", path={"name": name}, query={"state": state, "limit": limit, "cursor": cursor})

    def list_queues(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListQueuesAnswer:
        """How the queues stand, in the order of their names"""
        return self._request("GET", "/api/v1/queues", path={}, query={"limit": limit, "cursor": cursor})

    def list_reservation_groups(self) -> ListReservationGroupsAnswer:
        """Groups that share a quota"""
        return self._request("GET", "/v1/admin/groups", path={}, query={})

    def list_reservation_nodes(self) -> ListReservationNodesAnswer:
        """Nodes that jobs run on: what each has, what is free, and what keeps jobs away"""
        return self._request("GET", "/v1/admin/nodes", path={}, query={})

    def list_reservation_quotas(self) -> ListReservationQuotasAnswer:
        """Quotas, priorities and weights of users, groups and everybody else"""
        return self._request("GET", "/v1/admin/quotas", path={}, query={})

    def list_score_recalculations(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListScoreRecalculationsAnswer:
        """Recalculations, newest first"""
        return self._request("GET", "/api/v1/score-recalculations", path={}, query={"limit": limit, "cursor": cursor})

    def list_scores(self, *, risk_min: Optional[float] = None, risk_max: Optional[float] = None, agent_id: Optional[str] = None, process_id: Optional[str] = None, job_id: Optional[str] = None, since: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListScoresAnswer:
        """Risk scores of this moment with what they are made of, newest processes first"""
        return self._request("GET", "/api/v1/scores", path={}, query={"risk_min": risk_min, "risk_max": risk_max, "agent_id": agent_id, "process_id": process_id, "job_id": job_id, "since": since, "limit": limit, "cursor": cursor})

    def list_scoring_rules(self) -> ListScoringRulesAnswer:
        """The rules in force, and what is wrong with the files where something is"""
        return self._request("GET", "/api/v1/scoring/rules", path={}, query={})

    def list_security_events(self, *, node_id: Optional[str] = None, sensor_id: Optional[str] = None, gpu_id: Optional[str] = None, event_type: Optional[Literal["integrity.module_changed", "integrity.module_added", "integrity.module_removed", "integrity.firmware_changed", "integrity.firmware_added", "integrity.firmware_removed", "integrity.file_changed", "integrity.file_added", "integrity.file_removed", "integrity.restored", "integrity.taint_changed", "integrity.kernel_changed", "integrity.driver_changed", "integrity.toolkit_changed", "integrity.unreadable", "integrity.many_changes", "gpu.xid", "driver.ioctl", "dma.mapping", "other"]] = None, severity: Optional[Literal["info", "low", "medium", "high", "critical"]] = None, since: Optional[str] = None, until: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListSecurityEventsAnswer:
        """Security events, newest first by the time of their occurrence"""
        return self._request("GET", "/api/v1/security-events", path={}, query={"node_id": node_id, "sensor_id": sensor_id, "gpu_id": gpu_id, "event_type": event_type, "severity": severity, "since": since, "until": until, "limit": limit, "cursor": cursor})

    def list_sensors(self, *, node_id: Optional[str] = None, status: Optional[Literal["online", "offline", "never_seen"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListSensorsAnswer:
        """List sensors, newest first; a credential with sensors:read:own sees its own"""
        return self._request("GET", "/api/v1/sensors", path={}, query={"node_id": node_id, "status": status, "limit": limit, "cursor": cursor})

    def list_service_accounts(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListServiceAccountsAnswer:
        """Service accounts, newest first"""
        return self._request("GET", "/api/v1/service-accounts", path={}, query={"limit": limit, "cursor": cursor})

    def list_telemetry_records(self, *, gpu_id: Optional[str] = None, node_id: Optional[str] = None, sensor_id: Optional[str] = None, since: Optional[str] = None, until: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListTelemetryRecordsAnswer:
        """List telemetry records, newest first"""
        return self._request("GET", "/api/v1/telemetry/records", path={}, query={"gpu_id": gpu_id, "node_id": node_id, "sensor_id": sensor_id, "since": since, "until": until, "limit": limit, "cursor": cursor})

    def list_upstreams(self) -> ListUpstreamsAnswer:
        """The model servers and how they are doing"""
        return self._request("GET", "/api/v1/upstreams", path={}, query={})

    def list_usage(self, *, principal_id: Optional[str] = None, subject: Optional[str] = None, kind: Optional[Literal["inference", "reservation"]] = None, from_: Optional[str] = None, to: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListUsageAnswer:
        """Who used how many tokens and GPU-seconds of what, newest first"""
        return self._request("GET", "/api/v1/usage", path={}, query={"principal_id": principal_id, "subject": subject, "kind": kind, "from": from_, "to": to, "limit": limit, "cursor": cursor})

    def list_user_sessions(self, id: str, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListUserSessionsAnswer:
        """A user's open sessions, newest first"""
        return self._request("GET", "/api/v1/users/{id}/sessions", path={"id": id}, query={"limit": limit, "cursor": cursor})

    def list_users(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListUsersAnswer:
        """List users, newest first"""
        return self._request("GET", "/api/v1/users", path={}, query={"limit": limit, "cursor": cursor})

    def list_vector_namespaces(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListVectorNamespacesAnswer:
        """The caller’s namespaces of vectors, by name"""
        return self._request("GET", "/api/v1/vectors", path={}, query={"limit": limit, "cursor": cursor})

    def list_webhook_attempts(self, id: str, *, message_id: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListWebhookAttemptsAnswer:
        """What was tried at an endpoint and what it answered, newest first"""
        return self._request("GET", "/api/v1/webhooks/{id}/attempts", path={"id": id}, query={"message_id": message_id, "limit": limit, "cursor": cursor})

    def list_webhook_messages(self, id: str, *, status: Optional[Literal["pending", "succeeded", "failed"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListWebhookMessagesAnswer:
        """Messages for an endpoint and how far each came, newest first"""
        return self._request("GET", "/api/v1/webhooks/{id}/messages", path={"id": id}, query={"status": status, "limit": limit, "cursor": cursor})

    def list_webhooks(self, *, enabled: Optional[bool] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> ListWebhooksAnswer:
        """Registered endpoints, newest first"""
        return self._request("GET", "/api/v1/webhooks", path={}, query={"enabled": enabled, "limit": limit, "cursor": cursor})

    def login(self, body: LoginBody) -> LoginAnswer:
        """Username and password to an access token of 15 minutes and a refresh token"""
        return self._request("POST", "/auth/login", path={}, query={}, body=body)

    def logout(self, body: LogoutBody) -> None:
        """Ends the session of a refresh token: its access tokens stop working on every replica"""
        return self._request("POST", "/auth/logout", path={}, query={}, body=body)

    def mark_alert_false_positive(self, id: str, body: MarkAlertFalsePositiveBody, *, idempotency_key: Optional[str] = None) -> MarkAlertFalsePositiveAnswer:
        """Close an alert as a false alarm; its finding opens no new alert for quiet_seconds"""
        return self._request("POST", "/api/v1/alerts/{id}/false-positive", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def ollama_chat(self, body: OllamaChatBody, *, idempotency_key: Optional[str] = None) -> OllamaChatAnswer:
        """Chat, as Ollama has it"""
        return self._request("POST", "/api/chat", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def ollama_embed(self, body: OllamaEmbedBody, *, idempotency_key: Optional[str] = None) -> OllamaEmbedAnswer:
        """Vectors of texts, as Ollama has it"""
        return self._request("POST", "/api/embed", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def ollama_embeddings(self, body: OllamaEmbeddingsBody, *, idempotency_key: Optional[str] = None) -> OllamaEmbeddingsAnswer:
        """The vector of one text, as Ollama had it before /api/embed"""
        return self._request("POST", "/api/embeddings", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def ollama_generate(self, body: OllamaGenerateBody, *, idempotency_key: Optional[str] = None) -> OllamaGenerateAnswer:
        """One prompt, as Ollama has it"""
        return self._request("POST", "/api/generate", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def ollama_running(self) -> OllamaRunningAnswer:
        """The models that are loaded on servers of Ollama, of those that the caller may use"""
        return self._request("GET", "/api/ps", path={}, query={})

    def ollama_show(self, body: OllamaShowBody) -> OllamaShowAnswer:
        """One model, as Ollama shows it"""
        return self._request("POST", "/api/show", path={}, query={}, body=body)

    def ollama_tags(self) -> OllamaTagsAnswer:
        """The models that the caller may use, as Ollama lists them"""
        return self._request("GET", "/api/tags", path={}, query={})

    def ollama_version(self) -> OllamaVersionAnswer:
        """The version of Ollama whose protocol is spoken here"""
        return self._request("GET", "/api/version", path={}, query={})

    def open_job_terminal(self, id: str, *, rank: Optional[int] = None, cols: Optional[int] = None, rows: Optional[int] = None) -> OpenJobTerminalAnswer:
        """A shell in a job, by WebSocket: send Upgrade: websocket with the subprotocol gpushield.terminal"""
        return self._request("GET", "/v1/jobs/{id}/terminal", path={"id": id}, query={"rank": rank, "cols": cols, "rows": rows})

    def purge_queue(self, name: str, body: PurgeQueueBody, *, idempotency_key: Optional[str] = None) -> PurgeQueueAnswer:
        """Delete for good all messages of a queue, or up to 10,000 of its dead letters"""
        return self._request("POST", "/api/v1/queues/{name}/purge", path={"name": name}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def put_detection_switch(self, target: Literal["fleet", "node", "gpu"], id: str, body: PutDetectionSwitchBody, *, idempotency_key: Optional[str] = None) -> PutDetectionSwitchAnswer:
        """Switch detection, or some detectors, off or on for a node, a GPU or (nil UUID) the fleet"""
        return self._request("PUT", "/api/v1/detection/switches/{target}/{id}", path={"target": target, "id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def put_gpu_type(self, type: str, body: PutGpuTypeBody, *, idempotency_key: Optional[str] = None) -> PutGpuTypeAnswer:
        """Add a type, or change it"""
        return self._request("PUT", "/v1/admin/gpu-types/{type}", path={"type": type}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def put_reservation_group(self, group: str, body: PutReservationGroupBody, *, idempotency_key: Optional[str] = None) -> PutReservationGroupAnswer:
        """Set who is in a group; nobody deletes it"""
        return self._request("PUT", "/v1/admin/groups/{group}", path={"group": group}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def put_reservation_quota(self, kind: Literal["user", "group", "default"], subject: str, body: PutReservationQuotaBody, *, idempotency_key: Optional[str] = None) -> PutReservationQuotaAnswer:
        """Set what a user, a group, or (default/*) everybody else may have"""
        return self._request("PUT", "/v1/admin/quotas/{kind}/{subject}", path={"kind": kind, "subject": subject}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def put_risk_threshold(self, id: str, body: PutRiskThresholdBody, *, idempotency_key: Optional[str] = None) -> PutRiskThresholdAnswer:
        """From which risk a webhook is told, how far below it is over, and of whose processes"""
        return self._request("PUT", "/api/v1/webhooks/{id}/risk-threshold", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def put_sensor_configuration(self, id: str, body: PutSensorConfigurationBody, *, idempotency_key: Optional[str] = None) -> PutSensorConfigurationAnswer:
        """Replace the configuration of a sensor; it is pushed to the sensor"""
        return self._request("PUT", "/api/v1/sensors/{id}/configuration", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def put_upstream_key(self, upstream: str, body: PutUpstreamKeyBody, *, idempotency_key: Optional[str] = None) -> None:
        """The key that a model server wants; it is sealed, and never shown again"""
        return self._request("PUT", "/api/v1/upstreams/{upstream}/key", path={"upstream": upstream}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def query_alerts(self, body: QueryAlertsBody) -> QueryAlertsAnswer:
        """Alerts that match all of the given lists, newest first; an empty list restricts nothing"""
        return self._request("POST", "/api/v1/alerts/query", path={}, query={}, body=body)

    def query_vectors(self, namespace: str, body: QueryVectorsBody) -> QueryVectorsAnswer:
        """The nearest vectors of a namespace of the caller’s"""
        return self._request("POST", "/api/v1/vectors/{namespace}/query", path={"namespace": namespace}, query={}, body=body)

    def read_telemetry_series(self, *, gpu_ids: Optional[str] = None, node_id: Optional[str] = None, metrics: Optional[str] = None, since: Optional[str] = None, until: Optional[str] = None, points: Optional[int] = None) -> ReadTelemetrySeriesAnswer:
        """Minimum, mean, maximum and last value of metrics by time bucket, over any range"""
        return self._request("GET", "/api/v1/telemetry/series", path={}, query={"gpu_ids": gpu_ids, "node_id": node_id, "metrics": metrics, "since": since, "until": until, "points": points})

    def recalculate_scores(self) -> RecalculateScoresAnswer:
        """Make every score anew out of the stored events by the rules in force; answers at once, and shows its progress"""
        return self._request("POST", "/api/v1/scores:recalculate", path={}, query={})

    def refresh(self, body: RefreshBody) -> RefreshAnswer:
        """A refresh token to new tokens; each refresh token works once, and sending it again ends the session"""
        return self._request("POST", "/auth/refresh", path={}, query={}, body=body)

    def register_agent(self, body: RegisterAgentBody) -> RegisterAgentAnswer:
        """Register an agent; the answer shows its secret, and those of its webhooks, once"""
        return self._request("POST", "/api/v1/agents", path={}, query={}, body=body)

    def register_certificate(self, id: str, body: RegisterCertificateBody, *, idempotency_key: Optional[str] = None) -> RegisterCertificateAnswer:
        """Let a client certificate speak for a service account, by its fingerprint or by one exact name"""
        return self._request("POST", "/api/v1/service-accounts/{id}/certificates", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def register_node(self, body: RegisterNodeBody, *, idempotency_key: Optional[str] = None) -> Union[RegisterNodeAnswer, RegisterNodeAnswer2]:
        """Register a node, or update the facts of the one with this cluster_id and name"""
        return self._request("POST", "/api/v1/nodes", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def register_sensor(self, body: RegisterSensorBody, *, idempotency_key: Optional[str] = None) -> Union[RegisterSensorAnswer, RegisterSensorAnswer2]:
        """Register a sensor, or update the one with this node_id and name"""
        return self._request("POST", "/api/v1/sensors", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def remove_certificate(self, id: str, certificate_id: str, *, idempotency_key: Optional[str] = None) -> None:
        """A client certificate no longer speaks for a service account, on any replica"""
        return self._request("DELETE", "/api/v1/service-accounts/{id}/certificates/{certificate_id}", path={"id": id, "certificate_id": certificate_id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def rename_disk(self, name: str, body: RenameDiskBody, *, idempotency_key: Optional[str] = None) -> RenameDiskAnswer:
        """Give a disk another name; its snapshots go with it"""
        return self._request("POST", "/v1/disks/{name}/rename", path={"name": name}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def reopen_alert(self, id: str, body: ReopenAlertBody, *, idempotency_key: Optional[str] = None) -> ReopenAlertAnswer:
        """Open a closed alert again; 409 while another one with its fingerprint is active"""
        return self._request("POST", "/api/v1/alerts/{id}/reopen", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def report_inventory(self, id: str, body: ReportInventoryBody, *, idempotency_key: Optional[str] = None) -> ReportInventoryAnswer:
        """Report what a sensor sees of its host, whole; the first report is the baseline"""
        return self._request("PUT", "/api/v1/sensors/{id}/inventory", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def report_security_events(self, body: ReportSecurityEventsBody, *, idempotency_key: Optional[str] = None) -> ReportSecurityEventsAnswer:
        """Report security events, all of them or none; severity high and above raises alerts"""
        return self._request("POST", "/api/v1/security-events", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def resend_dead_letters(self, name: str, body: ResendDeadLettersBody, *, idempotency_key: Optional[str] = None) -> ResendDeadLettersAnswer:
        """Send dead letters again as new messages: those named, or the oldest"""
        return self._request("POST", "/api/v1/queues/{name}/dead-letters/resend", path={"name": name}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def resend_webhook(self, id: str, body: ResendWebhookBody, *, idempotency_key: Optional[str] = None) -> ResendWebhookAnswer:
        """Send one message again, or all that failed since a time, with their ids of before"""
        return self._request("POST", "/api/v1/webhooks/{id}/resend", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def resolve_alert(self, id: str, body: ResolveAlertBody, *, idempotency_key: Optional[str] = None) -> ResolveAlertAnswer:
        """Close an alert; accepted makes what is there now the integrity baseline"""
        return self._request("POST", "/api/v1/alerts/{id}/resolve", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def restore_disk(self, name: str, body: Dict[str, Any], *, idempotency_key: Optional[str] = None) -> RestoreDiskAnswer:
        """Have a deleted disk back"""
        return self._request("POST", "/v1/disks/{name}/restore", path={"name": name}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def revoke_agent(self, id: str, *, idempotency_key: Optional[str] = None) -> None:
        """Revoke an agent for good: what it signs is refused from now on; what it sent stays"""
        return self._request("DELETE", "/api/v1/agents/{id}", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def revoke_api_key(self, id: str, *, idempotency_key: Optional[str] = None) -> None:
        """Revoke an API key on every replica, within 100 ms; again is no error"""
        return self._request("DELETE", "/api/v1/keys/{id}", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def revoke_client_secret(self, id: str, secret_id: str, *, idempotency_key: Optional[str] = None) -> None:
        """Revoke a client secret, and every token that it was exchanged for, on every replica"""
        return self._request("DELETE", "/api/v1/service-accounts/{id}/secrets/{secret_id}", path={"id": id, "secret_id": secret_id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def revoke_my_session(self, id: str, *, idempotency_key: Optional[str] = None) -> None:
        """End one of one's own sessions on every replica"""
        return self._request("DELETE", "/api/v1/me/sessions/{id}", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def revoke_user_session(self, id: str, session_id: str, *, idempotency_key: Optional[str] = None) -> None:
        """End one session of a user on every replica"""
        return self._request("DELETE", "/api/v1/users/{id}/sessions/{session_id}", path={"id": id, "session_id": session_id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def revoke_user_sessions(self, id: str, *, idempotency_key: Optional[str] = None) -> None:
        """End all sessions of a user on every replica"""
        return self._request("DELETE", "/api/v1/users/{id}/sessions", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def rotate_agent_secret(self, id: str, body: RotateAgentSecretBody) -> RotateAgentSecretAnswer:
        """Give an agent a new secret, shown once; the old one signs beside it for a while"""
        return self._request("POST", "/api/v1/agents/{id}/rotate-secret", path={"id": id}, query={}, body=body)

    def rotate_api_key(self, id: str) -> RotateApiKeyAnswer:
        """Exchange an API key for a new one with the same scopes and length of life; the old one stops at once"""
        return self._request("POST", "/api/v1/keys/{id}/rotate", path={"id": id}, query={})

    def rotate_client_secret(self, id: str, secret_id: str, body: RotateClientSecretBody) -> RotateClientSecretAnswer:
        """A new secret like this one, which still works for the overlap: 24 hours unless told"""
        return self._request("POST", "/api/v1/service-accounts/{id}/secrets/{secret_id}/rotate", path={"id": id, "secret_id": secret_id}, query={}, body=body)

    def rotate_own_key(self) -> RotateOwnKeyAnswer:
        """Exchange the API key that asks for a new one with the same scopes and length of life (from an AWS login: the same end); the old one stops at once"""
        return self._request("POST", "/v1/keys/rotate", path={}, query={})

    def rotate_webhook_secret(self, id: str, body: RotateWebhookSecretBody) -> RotateWebhookSecretAnswer:
        """Give an endpoint a new secret, shown once; the old one signs beside it for a while"""
        return self._request("POST", "/api/v1/webhooks/{id}/secret/rotate", path={"id": id}, query={}, body=body)

    def sensor_heartbeat(self, id: str, body: SensorHeartbeatBody) -> SensorHeartbeatAnswer:
        """Say that a sensor lives; answers its configuration when the reported version is not the current one"""
        return self._request("POST", "/api/v1/sensors/{id}/heartbeat", path={"id": id}, query={}, body=body)

    def set_alert_severity(self, id: str, body: SetAlertSeverityBody, *, idempotency_key: Optional[str] = None) -> SetAlertSeverityAnswer:
        """Say how bad it is; what is seen again does not change it any more"""
        return self._request("POST", "/api/v1/alerts/{id}/severity", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def set_job_priority(self, id: str, body: SetJobPriorityBody, *, idempotency_key: Optional[str] = None) -> SetJobPriorityAnswer:
        """Move a waiting job up or down: each point is worth an hour of waiting"""
        return self._request("PUT", "/v1/admin/jobs/{id}/priority", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def set_node_maintenance(self, node: str, body: SetNodeMaintenanceBody, *, idempotency_key: Optional[str] = None) -> None:
        """Keep new jobs off a node, at once or within a window; running jobs are left alone"""
        return self._request("PUT", "/v1/admin/nodes/{node}/maintenance", path={"node": node}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def submit_job(self, body: SubmitJobBody, *, idempotency_key: Optional[str] = None) -> SubmitJobAnswer:
        """Ask for GPUs; refused at once where no waiting would bring them. dry_run only answers when"""
        return self._request("POST", "/v1/jobs/submit", path={}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def sum_usage(self, *, principal_id: Optional[str] = None, subject: Optional[str] = None, kind: Optional[Literal["inference", "reservation"]] = None, from_: Optional[str] = None, to: Optional[str] = None) -> SumUsageAnswer:
        """Tokens, GPU-seconds and cost by principal and subject; the last 24 hours unless from says otherwise"""
        return self._request("GET", "/api/v1/usage/summary", path={}, query={"principal_id": principal_id, "subject": subject, "kind": kind, "from": from_, "to": to})

    def test_webhook(self, id: str, *, idempotency_key: Optional[str] = None) -> TestWebhookAnswer:
        """Send the event webhook.test to an endpoint, whatever it subscribes to; look for it among the attempts"""
        return self._request("POST", "/api/v1/webhooks/{id}/test", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def unfreeze_behaviour_baseline(self, id: str, *, idempotency_key: Optional[str] = None) -> UnfreezeBehaviourBaselineAnswer:
        """Go on learning"""
        return self._request("POST", "/api/v1/scoring/baselines/{id}/unfreeze", path={"id": id}, query={}, keyed=True, idempotency_key=idempotency_key)

    def unlock_disk(self, name: str, body: Dict[str, Any], *, idempotency_key: Optional[str] = None) -> UnlockDiskAnswer:
        """Free a disk of a job that is over and did not give it back"""
        return self._request("POST", "/v1/disks/{name}/unlock", path={"name": name}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def update_agent(self, id: str, body: UpdateAgentBody, *, idempotency_key: Optional[str] = None) -> UpdateAgentAnswer:
        """Change an agent's name, labels or place"""
        return self._request("PATCH", "/api/v1/agents/{id}", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def update_firewall_policy(self, id: str, body: UpdateFirewallPolicyBody, *, idempotency_key: Optional[str] = None) -> UpdateFirewallPolicyAnswer:
        """Replace the settings of a policy; every replica follows within a moment"""
        return self._request("PUT", "/api/v1/firewall/policies/{id}", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def update_node(self, id: str, body: UpdateNodeBody, *, idempotency_key: Optional[str] = None) -> UpdateNodeAnswer:
        """Change the facts of a node"""
        return self._request("PATCH", "/api/v1/nodes/{id}", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def update_service_account(self, id: str, body: UpdateServiceAccountBody, *, idempotency_key: Optional[str] = None) -> UpdateServiceAccountAnswer:
        """Describe, disable or enable a service account; disabled, all that it asks with is refused"""
        return self._request("PATCH", "/api/v1/service-accounts/{id}", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def update_user(self, id: str, body: UpdateUserBody) -> UpdateUserAnswer:
        """Change a user; new roles, a new password or disabling end all of its sessions on every replica"""
        return self._request("PATCH", "/api/v1/users/{id}", path={"id": id}, query={}, body=body)

    def update_webhook(self, id: str, body: UpdateWebhookBody, *, idempotency_key: Optional[str] = None) -> UpdateWebhookAnswer:
        """Change an endpoint; messages under way go to the new address from their next attempt on"""
        return self._request("PATCH", "/api/v1/webhooks/{id}", path={"id": id}, query={}, body=body, keyed=True, idempotency_key=idempotency_key)

    def upsert_vectors(self, namespace: str, body: UpsertVectorsBody) -> UpsertVectorsAnswer:
        """Puts vectors, or texts that the gateway makes vectors of"""
        return self._request("POST", "/api/v1/vectors/{namespace}/upsert", path={"namespace": namespace}, query={}, body=body)
