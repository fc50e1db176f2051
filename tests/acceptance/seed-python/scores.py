import requests

# OAuth2 token (in production, use proper OAuth2 flow)
headers = {
    "Authorization": "Bearer your-oauth-token"
}

# Query high-risk processes
params = {
    "risk_min": 50.0,
    "limit": 100
}

response = requests.get(
    "http://localhost:8000/api/v1/scores",
    headers=headers,
    params=params
)

data = response.json()
for score in data["data"]:
    print(f"Process {score['process_id']}: Risk {score['risk_score']}")

# Pagination
cursor = data["pagination"]["cursor"]
if data["pagination"]["has_more"]:
    # Get next page
    response = requests.get(
        "http://localhost:8000/api/v1/scores",
        headers=headers,
        params={**params, "cursor": cursor}
    )
