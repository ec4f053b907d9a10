# Regular expressions over a made-up log.
import re

lines = [
    f"2024-{i % 12 + 1:02}-{i % 28 + 1:02} 10:{i % 60:02}:00 host{i % 17} "
    f"GET /items/{i}?q={i * 31 % 97} {200 if i % 5 else 404} {i * 37 % 4096}"
    for i in range(6000)
]
text = "\n".join(lines)
entry = re.compile(r"^(\d{4})-(\d\d)-(\d\d) (\S+) (host\d+) (GET|POST) (/\S*) (\d{3}) (\d+)$", re.M)
size = sum(int(m[9]) for m in entry.finditer(text) if m[8] == "404")
hosts = len(set(re.findall(r"\bhost(\d+)\b", text)))
masked = re.sub(r"q=\d+", lambda m: "q=" + "*" * (len(m[0]) - 2), text)
print(size, hosts, masked.count("*"), len(re.split(r"[\s/?=]+", text)))
