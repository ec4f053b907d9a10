# expect: timeout memory_limit
# timeout: 500
import asyncio
async def bomb():
    while True:
        asyncio.create_task(bomb())
        await asyncio.sleep(0)
asyncio.run(bomb())
