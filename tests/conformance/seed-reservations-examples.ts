/*
 * The curl examples of the reservations seed, word for word, with what stands in for addresses and secrets in them. The
 * test checks them against the seed where it is there.
 */
export const loginFromEnvironment = `curl -X POST http://localhost:8000/v1/auth/aws-login \\
  -H "Content-Type: application/json" \\
  -d "{
    \\"aws_access_key_id\\": \\"$AWS_ACCESS_KEY_ID\\",
    \\"aws_secret_access_key\\": \\"$AWS_SECRET_ACCESS_KEY\\",
    \\"aws_session_token\\": \\"$AWS_SESSION_TOKEN\\"
  }"`;

export const loginWithPlaceholders = `curl -X POST http://localhost:8000/v1/auth/aws-login \\
  -H "Content-Type: application/json" \\
  -d '{
    "aws_access_key_id": "YOUR_KEY",
    "aws_secret_access_key": "YOUR_SECRET",
    "aws_session_token": "YOUR_TOKEN"
  }' | jq .`;

export const submitFromEnvironment = `curl -X POST http://localhost:8000/v1/jobs/submit \\
  -H "Authorization: Bearer $API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "image": "pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime",
    "instance_type": "p5.48xlarge",
    "duration_hours": 4,
    "disk_name": "my-training-data",
    "env_vars": {"WANDB_API_KEY": "test"},
    "command": "python train.py"
  }' | jq .`;

export const loginInWords = `curl -X POST https://api.gpudev.example.com/v1/auth/aws-login \\
  -H "Content-Type: application/json" \\
  -d '{
    "aws_access_key_id": "ASIA...",
    "aws_secret_access_key": "...",
    "aws_session_token": "..."
  }'`;

export const submitWithSecrets = `curl -X POST https://api.gpudev.example.com/v1/jobs/submit \\
  -H "Authorization: Bearer your-api-key-here" \\
  -H "Content-Type: application/json" \\
  -d '{
    "image": "pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime",
    "instance_type": "p5.48xlarge",
    "duration_hours": 4,
    "disk_name": "my-training-data",
    "disk_size_gb": 500,
    "env_vars": {
      "WANDB_API_KEY": "your-wandb-key",
      "HF_TOKEN": "your-hf-token"
    },
    "command": "python train.py --epochs 100"
  }'`;

export const rotateKey = `curl -X POST https://api.gpudev.example.com/v1/keys/rotate \\
  -H "Authorization: Bearer your-current-api-key"`;

export const askHealth = `curl https://api.gpudev.example.com/health`;

export const askLocalHealth = `curl http://localhost:8000/health | jq .`;
