"""Runs an import: piece by piece, so that the bot goes on answering meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from services.importing import club, codes, members, purchases
from services.ports.club import Actor
from services.ports.staging import Job, Progress
from storage.staging import Staging
from storage.unit_of_work import Units


def _nobody(_stage: str, _done: int, _all: int) -> None:
    """Nobody watches."""


async def import_purchases(
    units: Units,
    path: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    progress: Progress = _nobody,
) -> purchases.Result:
    """Imports a file of purchases. Raises FileRefused with all problems; then nothing was
    written. A second run completes a broken one."""
    with Staging() as staging:
        job = purchases.PurchaseImport(path, now, staging, progress)
        await _run(units, job, dry_run=dry_run)
    return job.result


async def import_members(
    units: Units,
    path: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    progress: Progress = _nobody,
) -> members.Result:
    """Imports a file of members, under the same promises."""
    job = members.MemberImport(path, now, progress)
    await _run(units, job, dry_run=dry_run)
    return job.result


async def import_codes(
    units: Units,
    path: Path,
    delivery: codes.Delivery,
    actor: Actor,
    now: datetime,
    *,
    progress: Progress = _nobody,
) -> codes.Result:
    """Imports a partner's codes, under the same promises. Raises UnknownBenefit, TakesNoCodes,
    NobodyToPay."""
    job = codes.CodeImport(path, delivery, actor, now, progress)
    await _run(units, job, dry_run=False)
    return job.result


async def import_club(
    units: Units,
    folder: Path,
    now: datetime,
    agree: Callable[[club.ClubImport], bool],
    *,
    progress: Progress = _nobody,
) -> club.ClubImport:
    """Imports another system's export. `agree` is shown what the club would have and says
    whether to write it; without its yes nothing is written. The proof of what was written can be
    asked of what is returned. Raises FileRefused."""
    with Staging() as staging:
        job = club.ClubImport(folder, now, staging, progress)
        await _check(units, job)
        if await asyncio.to_thread(agree, job):
            await _write(units, job)
            for some in job.rereading():
                await units.read_long(partial(job.reread, some=some))
    return job


async def _run(units: Units, job: Job, *, dry_run: bool) -> None:
    await _check(units, job)
    if not dry_run:
        await _write(units, job)


async def _check(units: Units, job: Job) -> None:
    await units.read_long(job.begin)
    await asyncio.to_thread(job.read)
    while some := await asyncio.to_thread(job.unchecked):
        await units.read_long(partial(job.compare, some=some))
    job.accept()


async def _write(units: Units, job: Job) -> None:
    while batch := await asyncio.to_thread(job.batch):
        job.wrote(batch, await units.write(partial(job.write, batch=batch)))
