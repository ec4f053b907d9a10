import io
import json
import pickle

import numpy as np

table = "name,age,height\nAda,36,1.65\nBob,41,1.82\nCyd,29,1.71\n"
rows = np.genfromtxt(io.StringIO(table), delimiter=",", names=True, dtype=None, encoding="utf-8")
print(rows.dtype.names, rows["age"].mean(), rows[rows["height"] > 1.7]["name"])
out = io.StringIO()
np.savetxt(out, np.column_stack([rows["age"], rows["height"]]), fmt="%.2f", delimiter=";", header="age;height")
print(out.getvalue())
print(np.loadtxt(io.StringIO("1 2\n3 4")).sum(), np.fromstring("1,2,3", sep=","))
packed = io.BytesIO()
np.savez_compressed(packed, a=np.arange(5), b=np.eye(2))
packed.seek(0)
loaded = np.load(packed)
print(sorted(loaded), loaded["a"], loaded["b"].tolist())
single = io.BytesIO()
np.save(single, np.array([1.5, 2.5]))
print(single.getvalue()[:6], len(single.getvalue()))
print(pickle.loads(pickle.dumps(np.arange(6).reshape(2, 3))), json.dumps(np.array([1, 2]).tolist()))
print(np.frombuffer(b"\x01\x00\x02\x00", dtype="<u2"), np.array([1, 256], ">u2").tobytes())
words = np.array(["alpha", "Beta", "gamma"])
print(np.char.upper(words), np.strings.find(words, "a"), np.char.add(words, "!"), words.dtype, np.sort(words))
print(np.array2string(np.linspace(0, 1, 5), precision=3), repr(np.float32(0.1)), np.array([1e-10, 1e10]), np.array([1 + 2j]))
stamps = np.arange("2024-02-27", "2024-03-02", dtype="datetime64[D]")
print(stamps, stamps.astype("datetime64[M]"), np.busday_count("2024-01-01", "2024-02-01"), (stamps[-1] - stamps[0]).astype(int))
records = np.rec.fromrecords([(1, "x"), (2, "y")], names="n,s")
print(records.n.sum(), records.s)
