"""Twenty operations of other people: what is done on the page of each, and what the service gets.

A step is a control and its value; "add b/tags" presses a button, "branch b/source" and "type"
choose and wait for the fields that follow, "pick file" uploads. A body of bytes is part of what is
sent.
"""

from typing import Any, NamedTuple


class Case(NamedTuple):
    document: str
    key: str  # method and path, as in the document
    steps: list[tuple[str, str]]
    line: str  # method and address, as the service sees them
    body: Any = None


CASES = [
    Case(
        "petstore-expanded-2.0.json", "POST /pets",
        [("b/name", "Rex"), ("b/tag", "dög")],
        "POST /pets", {"name": "Rex", "tag": "dög"},
    ),
    Case(
        "petstore-expanded-2.0.json", "GET /pets",
        [("add q/tags", ""), ("q/tags/r1", "a b"), ("add q/tags", ""), ("q/tags/r2", "c"),
         ("q/limit", "5")],
        "GET /pets?tags=a%20b,c&limit=5",
    ),
    Case(
        "petstore-swagger-3.0.yaml", "POST /pet",
        [("b/name", "Rex"), ("add b/photoUrls", ""), ("b/photoUrls/r1", "x.png"),
         ("add b/category", ""), ("b/category/id", "9007199254740993"), ("b/status", "1")],
        "POST /pet",
        {"name": "Rex", "photoUrls": ["x.png"], "category": {"id": 9007199254740993},
         "status": "pending"},
    ),
    Case(
        "petstore-swagger-3.0.yaml", "POST /store/order",
        [("type", "application/x-www-form-urlencoded"), ("b/petId", "7"), ("b/complete", "0")],
        "POST /store/order", b"petId=7&complete=true",
    ),
    Case(
        "petstore-swagger-3.0.yaml", "POST /pet/{petId}/uploadImage",
        [("pick file", ""), ("p/petId", "3")],
        "POST /pet/3/uploadImage", b"\x89PNG",
    ),
    Case(
        "train-travel-3.1.json", "POST /bookings/{bookingId}/payment",
        [("p/bookingId", "1725ff48-ab45-4bb5-9d02-88745177dedb"), ("b/amount", "19.99"),
         ("b/currency", "4"), ("branch b/source", "1"), ("b/source/name", "J. Doe"),
         ("b/source/number", "000123456789"), ("b/source/account_type", "0"),
         ("b/source/bank_name", "Starling"), ("b/source/country", "gb")],
        "POST /bookings/1725ff48-ab45-4bb5-9d02-88745177dedb/payment",
        {"amount": 19.99, "currency": "gbp", "source": {
            "object": "bank_account", "name": "J. Doe", "number": "000123456789",
            "account_type": "individual", "bank_name": "Starling", "country": "gb"}},
    ),
    Case(
        "qdrant.json", "PUT /collections/{collection_name}/shards",
        [("p/collection_name", "a/b"), ("branch b/shard_key", "1"), ("b/shard_key", "12")],
        "PUT /collections/a%2Fb/shards", {"shard_key": 12},
    ),
    Case(
        "qdrant.json", "PUT /collections/{collection_name}",
        [("p/collection_name", "c"), ("branch b/vectors", "0"), ("b/vectors/size", "4"),
         ("b/vectors/distance", "0")],
        "PUT /collections/c", {"vectors": {"size": 4, "distance": "Cosine"}},
    ),
    Case(
        "kserve-oip.yaml", "POST /v2/models/${MODEL_NAME}/versions/${MODEL_VERSION}/infer",
        [("p/MODEL_NAME", "m"), ("p/MODEL_VERSION", "1"), ("add b/inputs", ""),
         ("b/inputs/r1/name", "x"), ("b/inputs/r1/datatype", "FP32")],
        "POST /v2/models/$m/versions/$1/infer",
        {"inputs": [{"name": "x", "shape": [], "datatype": "FP32", "data": []}]},
    ),
    Case(
        "hf-tgi.json", "POST /generate",
        [("b/inputs", "Two\nlines"), ("add b/parameters", ""), ("b/parameters/top_p", "0.95")],
        "POST /generate",
        {"inputs": "Two\nlines", "parameters": {
            "decoder_input_details": False, "details": True, "do_sample": False,
            "max_new_tokens": 1024, "top_p": 0.95, "watermark": False}},
    ),
    Case(
        "ga4gh-tes.yaml", "POST /tasks",
        [("add b/executors", ""), ("b/executors/r1/image", "alpine"),
         ("add b/executors/r1/command", ""), ("b/executors/r1/command/r1", "ls"),
         ("add b/tags", ""), ("b/tags/r1~k", "PROJECT_ID"), ("b/tags/r1", "x")],
        "POST /tasks",
        {"executors": [{"image": "alpine", "command": ["ls"]}], "tags": {"PROJECT_ID": "x"}},
    ),
    Case(
        "readme-parameters-style-3.1.json",
        "GET /anything/path/matrix/{primitive}/{array}/{object}",
        [("p/primitive", "a"), ("add p/array", ""), ("p/array/r1", "b"), ("p/object/name", "c")],
        "GET /anything/path/matrix/;primitive=a/;array=b/;object=name,c",
    ),
    Case(
        "readme-parameters-style-3.1.json", "GET /anything/query/deepObject",
        [("add q/object", ""), ("q/object/name", "a"), ("q/object/description", "b&c")],
        "GET /anything/query/deepObject?object[name]=a&object[description]=b%26c",
    ),
    Case(
        "readme-discriminators.json", "PATCH /discriminator-with-mapping",
        [("branch b", "1"), ("b/optiontwo", "x")],
        "PATCH /discriminator-with-mapping", {"discrim": "Option Two", "optiontwo": "x"},
    ),
    Case(
        "readme-additional-properties.json", "POST /post",
        [("add b/object with `additionalProperties: { type: integer }`", ""),
         ("b/object with `additionalProperties: { type: integer }`/r1~k", "a/b"),
         ("b/object with `additionalProperties: { type: integer }`/r1", "-0")],
        "POST /post", {"object with `additionalProperties: { type: integer }`": {"a/b": 0}},
    ),
    Case(
        "oai-tictactoe-3.1.yaml", "PUT /board/{row}/{column}",
        [("p/row", "1"), ("p/column", "3"), ("b", "1")],
        "PUT /board/1/3", "X",
    ),
    Case(
        "ouro-stability.json", "POST /stable-image/control/sketch",
        [("pick file", ""), ("b/prompt", "a cat"), ("b/control_strength", "0.25")],
        "POST /stable-image/control/sketch", b'"control_strength": 0.25',
    ),
    Case(
        "chroma-sync.json", "POST /api/v1/add-file",
        [("pick file", ""), ("h/x-upload-content-length", "12"), ("b/database_name", "d"),
         ("b/collection_name", "c")],
        "POST /api/v1/add-file", b'name="database_name"\r\n\r\nd\r\n',
    ),
    Case(
        "diamond-blueapi.yaml", "PUT /api/v1/worker/state",
        [("b/new_state", "1"), ("b/reason", "x")],
        "PUT /api/v1/worker/state", {"defer": False, "new_state": "RUNNING", "reason": "x"},
    ),
    Case(
        "figma-3.1.yaml", "POST /v2/webhooks",
        [("b/event_type", "0"), ("b/context", "team"), ("b/context_id", "1"),
         ("b/endpoint", "https://example.org"), ("b/passcode", "p")],
        "POST /v2/webhooks",
        {"event_type": "PING", "context": "team", "context_id": "1",
         "endpoint": "https://example.org", "passcode": "p"},
    ),
]  # fmt: skip
