import requests
import hmac
import hashlib
import base64
import json

# Agent credentials
AGENT_ID = "agent-1"
SECRET_KEY = "secret-1"

# Prepare event batch
events = {
    "events": [
        {
            "pid": 1234,
            "syscall": "execve",
            "timestamp": "2025-01-15T10:00:00Z",
            "metadata": {}
        }
    ]
}

# Generate HMAC signature
payload = json.dumps(events).encode()
signature = hmac.new(
    SECRET_KEY.encode(),
    payload,
    hashlib.sha256
).digest()
signature_b64 = base64.b64encode(signature).decode()

# Send with idempotency key
headers = {
    "X-Agent-ID": AGENT_ID,
    "X-Agent-Signature": signature_b64,
    "Idempotency-Key": "unique-key-123",
    "Content-Type": "application/json"
}

response = requests.post(
    "http://localhost:8000/api/v1/events",
    json=events,
    headers=headers
)

print(response.json())
# {
#   "accepted": 1,
#   "duplicates": 0,
#   "errors": 0,
#   "results": [{"id": "...", "status": "accepted"}]
# }
