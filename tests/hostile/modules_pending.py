# expect: ok
# alive: yes
# output: True
# Calls that are started and given up at once, from loops that end early.
import asyncio

async def flood():
    tasks = [asyncio.ensure_future(f) for i in range(300) for f in (kv.async_set("k", i), fs.async_exists("/data"), fs.async_stat("/data/x"))]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return len(results) == 900

async def leave():
    for i in range(200):
        asyncio.ensure_future(fs.async_listdir("/data"))
    await asyncio.sleep(0)

for _ in range(3):
    done = asyncio.run(flood())
    try:
        asyncio.run(leave())
    except Exception:
        pass
print(done)
