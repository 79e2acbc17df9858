"""The checklist of a campaign: what is to be done before it is sent, by whom and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from domain.campaign_plan_errors import TaskEmpty, TasksTooMany, TaskUnknown
from services.campaign_drafts import find
from services.campaign_telling import abouts
from services.ports import Work
from services.ports.campaign_plans import Task
from services.ports.club import Actor
from services.ports.post import Notice

MOST: Final = 30
LONGEST: Final = 200


def listed(work: Work, campaign_id: int) -> list[Task]:
    """The lines of the checklist. Raises CampaignNotFound."""
    find(work, campaign_id)
    return work.campaign_tasks.of(campaign_id)


def add(
    work: Work,
    campaign_id: int,
    text: str,
    owner_id: int | None,
    due_on: date | None,
    actor: Actor,
    now: datetime,
) -> Task:
    """A line more; its owner is told. Raises CampaignNotFound, TaskEmpty, TasksTooMany."""
    short = " ".join(text.replace("\x00", "").split())[:LONGEST]
    if not short:
        raise TaskEmpty()
    work.campaigns.lock(campaign_id)
    tasks = listed(work, campaign_id)
    if len(tasks) >= MOST:
        raise TasksTooMany(MOST)
    position = max((one.position for one in tasks), default=0) + 1
    day = None if due_on is None else due_on.toordinal()
    task = Task(campaign_id, position, short, owner_id, day)
    return _put(work, task, "campaign.task_add", actor, now, tell=True)


def assign(
    work: Work,
    campaign_id: int,
    position: int,
    owner_id: int | None,
    actor: Actor,
    now: datetime,
) -> Task:
    """Gives a line to somebody else, who is told. Raises TaskUnknown."""
    task = _task(work, campaign_id, position)
    if task.owner_id == owner_id:
        return task
    put = replace(task, owner_id=owner_id)
    return _put(work, put, "campaign.task_assign", actor, now, tell=True)


def done(work: Work, campaign_id: int, position: int, actor: Actor, now: datetime) -> Task:
    """Ticks a line off, once. Raises TaskUnknown."""
    task = _task(work, campaign_id, position)
    if task.done_at is not None:
        return task
    put = replace(task, done_at=now, done_by=actor.staff_id)
    return _put(work, put, "campaign.task_done", actor, now)


def undone(work: Work, campaign_id: int, position: int, actor: Actor, now: datetime) -> Task:
    """Opens a line again. Raises TaskUnknown."""
    task = _task(work, campaign_id, position)
    if task.done_at is None:
        return task
    return _put(work, replace(task, done_at=None, done_by=None), "campaign.task_open", actor, now)


def remove(work: Work, campaign_id: int, position: int, actor: Actor, now: datetime) -> None:
    """Takes a line off the list; of one that is not there nothing changes."""
    if work.campaign_tasks.remove(campaign_id, position):
        about = {"position": position}
        work.audit.add(actor, "campaign.task_remove", ("campaign", campaign_id), now, about)


def _task(work: Work, campaign_id: int, position: int) -> Task:
    work.campaigns.lock(campaign_id)
    task = work.campaign_tasks.get(campaign_id, position)
    if task is None:
        raise TaskUnknown()
    return task


def _put(
    work: Work, task: Task, action: str, actor: Actor, now: datetime, *, tell: bool = False
) -> Task:
    work.campaign_tasks.put(task)
    about: dict[str, Any] = {"position": task.position, "owner": str(task.owner_id or "")}
    work.audit.add(actor, action, ("campaign", task.campaign_id), now, about)
    if tell and task.owner_id not in (None, actor.staff_id):
        _tell(work, task, now)
    return task


def _tell(work: Work, task: Task, now: datetime) -> None:
    owner = next((one for one in work.staff.all() if one.id == task.owner_id), None)
    if owner is None or owner.address_id is None or not owner.active:
        return
    campaign = find(work, task.campaign_id)
    name = dict.fromkeys(("zh", "en"), campaign.name)
    values = {
        "text": task.text,
        "about": name if campaign.name else abouts(work, (campaign,))[campaign.id],
        "due": None if task.due_on is None else date.fromordinal(task.due_on),
    }
    args = (str(task.campaign_id), str(task.position))
    button = ("campaign_plan.button_done", "campaign.task_done", args)
    work.deliveries.to_address(
        owner.address_id, Notice("campaign_plan.task_given", values, ((button,),)), now
    )
