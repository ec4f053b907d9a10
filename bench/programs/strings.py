# Building, cutting and searching text.
words = [chr(97 + i % 26) * (i % 5 + 1) for i in range(1000)]
total = 0
for n in range(60):
    text = ""
    for word in words:
        text += word + " "
    parts = text.upper().split()
    joined = ",".join(f"{i}:{part}" for i, part in enumerate(parts))
    total += len(joined.replace("A", "AA")) + joined.find("999:") + sum(part.startswith("B") for part in parts)
    total += len("".join(reversed(joined)).encode("utf-8"))
print(total)
