"""The endpoints of the contract, section by section."""

WORDS = """
POST /users/get-token
GET /user
GET /organizations/by-name/{name}

GET /search/assets
GET /assets/{id}/type
POST /assets/{id}/view
POST /assets/{id}/download
POST /assets/{id}/download-url
PUT /assets/{id}/share
GET /assets/{id}/counts
GET /assets/impact
GET /assets/{id}/connections
GET /assets/{id}/lineage
GET /assets/{id}/actions
GET /assets/{id}/properties
GET /assets/{id}/tags
GET /assets/{id}/compatible-routes
GET /assets/{id}/children
GET /assets/{id}/comments

POST /files/upload
GET /files/{id}/metadata
POST /files/create
GET /files/{id}
GET /files/{id}/data
PUT /files/{id}/content
PUT /files/{id}
DELETE /files/{id}
POST /files/upload-url
POST /files/upload/complete
DELETE /files/upload

POST /datasets/create/from-schema
GET /datasets/{id}
PUT /datasets/{id}
DELETE /datasets/{id}
POST /datasets/{id}/data
GET /datasets/{id}/schema
GET /datasets/{id}/data
POST /datasets/{id}/query-custom
GET /datasets/{id}/stats
GET /datasets/{id}/permissions
POST /datasets/{id}/columns
PATCH /datasets/{id}/columns/{column}
DELETE /datasets/{id}/columns/{column}
GET /datasets/{id}/indexes
POST /datasets/{id}/indexes
DELETE /datasets/{id}/indexes/{name}
GET /datasets/{id}/visualizations
POST /datasets/{id}/visualizations
PUT /datasets/{id}/visualizations/{view}
DELETE /datasets/{id}/visualizations/{view}
GET /visualizations/schema

POST /services/create/from-file
POST /services/create/from-form
GET /services
GET /services/{id}
GET /services/{id}/routes
GET /services/{id}/spec
PUT /services/{id}
PUT /services/{id}/update/from-file
DELETE /services/{id}
PUT /services/{id}/authentication

POST /elements/common/name-to-id
GET /routes/{id}
POST /services/{id}/routes/create
PUT /services/{id}/routes/{route}
DELETE /routes/{id}
GET /routes/{id}/stats
GET /services/{id}/routes/{route}/cost
GET /services/{id}/routes/{route}/actions
POST /services/{id}/routes/{route}/use

GET /actions
GET /actions/{id}
GET /actions/{id}/logs
POST /actions/{id}/log
POST /actions/{id}/response

POST /posts/create
GET /posts/{id}
PUT /posts/{id}
DELETE /posts/{id}
POST /utilities/convert/from-markdown
POST /comments/create
GET /comments/{id}
PUT /comments/{id}

POST /conversations/create
GET /conversations
GET /conversations/{id}
PUT /conversations/{id}
DELETE /conversations/{id}
POST /conversations/{id}/messages/create
GET /conversations/{id}/messages
PATCH /conversations/{id}/messages/{message}

POST /quests/create
GET /quests/assigned-items
GET /quests/{id}
PUT /quests/{id}
DELETE /quests/{id}
GET /quests/{id}/items
POST /quests/{id}/items
PUT /quests/{id}/items/{item}
DELETE /quests/{id}/items/{item}
POST /quests/{id}/items/{item}/complete
POST /quests/{id}/items/{item}/rescore
GET /quests/{id}/items/{item}/leaderboard
POST /quests/{id}/entries/create
GET /quests/{id}/entries
PUT /quests/{id}/entries/{entry}/review
POST /quests/{id}/entries/{entry}/evaluate

GET /user/profile
GET /user/plan-info
GET /users/search
GET /users/{name}
GET /users/{name}/impact
GET /organizations/user
GET /organizations/discoverable
GET /organizations/context
GET /organizations/{id}
POST /teams/create
GET /teams
GET /teams/unreads
GET /teams/{id}
PUT /teams/{id}
DELETE /teams/{id}
POST /teams/{id}/join
GET /teams/{id}/leave
GET /teams/{id}/join-requests
POST /teams/{id}/join-requests/{request}/approve
POST /teams/{id}/join-requests/{request}/reject
GET /teams/{id}/bans
POST /teams/{id}/bans
DELETE /teams/{id}/bans/{user}
GET /teams/{id}/activity

GET /user/notifications
GET /user/notifications/unreads
GET /user/notifications/{id}
POST /user/notifications/read
GET /wallet/balance
GET /stripe/wallet/balance
GET /wallet/transactions
GET /stripe/wallet/transactions
POST /wallet/purchase-asset
POST /stripe/wallet/purchase-asset
POST /wallet/send-sats
POST /stripe/wallet/tip
GET /wallet/deposit-address
GET /stripe/usage/history
GET /stripe/wallet/pending-earnings
"""


def _pairs(words: str) -> list[tuple[str, str]]:
    lines = [line.split() for line in words.splitlines() if line]
    return [(method, path) for method, path in lines]


ENDPOINTS = _pairs(WORDS)
