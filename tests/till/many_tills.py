"""A process with many tills that all want one voucher: `python -m tests.till.many_tills URL ID N`.

It says when it is ready, begins when it is told to, and prints what each till was answered.
"""

from __future__ import annotations

import asyncio
import json
import sys

from domain.errors import Refused
from services import vouchers
from services.ports.club import Actor
from tests.support.club import Club, programme


async def main(url: str, voucher_id: int, first: int, count: int) -> list[dict[str, object]]:
    """What the tills `first` … were answered."""
    club = await Club(url, programme()).open()

    async def use(place: int) -> dict[str, object]:
        till = Actor(f"till {place}")
        try:
            await club.write(
                lambda work: vouchers.use(
                    work, voucher_id, till, key=f"tap {place}", now=club.clock()
                )
            )
        except Refused as refused:
            return {"till": till.name, "code": refused.code, **refused.data()}
        return {"till": till.name, "code": "used"}

    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    answers = await asyncio.gather(*(use(first + place) for place in range(count)))
    await club.close()
    return answers


if __name__ == "__main__":
    url, *numbers = sys.argv[1:]
    print(json.dumps(asyncio.run(main(url, *map(int, numbers)))))
