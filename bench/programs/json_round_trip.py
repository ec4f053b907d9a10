# JSON text to values and back.
import json

records = [
    {"id": i, "name": f"user {i}", "tags": ["a", "b", str(i % 7)], "score": i * 0.5, "active": i % 3 == 0, "next": None}
    for i in range(1500)
]
text = json.dumps(records)
for _ in range(12):
    text = json.dumps(json.loads(text))
print(len(text), json.loads(text)[-1]["name"])
