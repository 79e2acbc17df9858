"""One transaction's repositories, built when they are first used."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage.addresses import Addresses
from storage.adjustments import Adjustments
from storage.answers import Answers
from storage.api_keys import ApiKeys
from storage.approvals import Approvals
from storage.audit import Audit
from storage.audit_queries import Proofs
from storage.benefits import Benefits
from storage.bills import Bills
from storage.campaign_list import CampaignList
from storage.campaign_results import CampaignResults
from storage.care import CareQueries
from storage.catalogue import Catalogue
from storage.categories import Categories
from storage.checkins import CheckIns
from storage.contacts import Contacts
from storage.conversations import Conversations
from storage.credit_blocks import CreditBlocks
from storage.deliveries import Deliveries
from storage.doubts import Doubts
from storage.earning import Earnings
from storage.endings import Endings
from storage.engines import sqlite_module
from storage.expiries import Expiries
from storage.exports import Exports
from storage.favourites import Favourites
from storage.fulfilments import Fulfilments
from storage.gifts import Gifts
from storage.holds import Holds
from storage.ids import random_id
from storage.inbox import Inbox
from storage.leases import Leases
from storage.ledger import Ledger
from storage.levels import Levels
from storage.likings import Likings
from storage.member_codes import MemberCodes
from storage.members import Members
from storage.merges import Merges
from storage.mydata import MyData
from storage.openings import Openings
from storage.outbox import Outbox
from storage.outreach import Outreach
from storage.partners import Partners
from storage.pictures import Pictures
from storage.posted import Posted
from storage.programmes import Programmes
from storage.purchases import Purchases
from storage.receipts import Receipts
from storage.replays import Replays
from storage.restocks import Restocks
from storage.rhythms import Rhythms
from storage.seals import Seals
from storage.settings import Settings
from storage.shared import Shared as Shared
from storage.shifts import Shifts
from storage.staff import StaffRegister
from storage.standings import Standings
from storage.statements import Statements
from storage.stores import Stores
from storage.ticks import Ticks
from storage.till_events import TillEvents
from storage.voucher_gifts import VoucherGifts
from storage.vouchers import Vouchers
from storage.waits import Waits
from storage.webhooks import Webhooks
from storage.wordings import Wordings
from storage.wrong_codes import WrongCodes

T = TypeVar("T")


class Work(Outreach):
    """The repositories over one connection (services.ports.Work, bot.dispatch.Work)."""

    def __init__(self, db: Connection, shared: Shared) -> None:
        self.db = db
        self.shared = shared
        self.vault = shared.vault
        self.written: tuple[int, ...] = ()

    @property
    def rate(self) -> float:
        return self.shared.rate

    @property
    def paid_rate(self) -> float:
        return self.shared.paid_rate

    def apart(self, use: Callable[[], T]) -> T | Exception:
        written = self.written
        self.db.exec_driver_sql("SAVEPOINT apart")
        try:
            result: T | Exception = use()
        except (SQLAlchemyError, sqlite3.Error, sqlite_module().Error):
            raise  # of a conflict or a lost connection the unit of work decides
        except Exception as error:
            self.db.exec_driver_sql("ROLLBACK TO SAVEPOINT apart")
            self.written, result = written, error
        self.db.exec_driver_sql("RELEASE SAVEPOINT apart")
        return result

    def new_id(self) -> int:
        return self.shared.ids.next()

    def id_block(self, count: int) -> int:
        return self.shared.ids.block(count)

    def random_id(self) -> int:
        return random_id()

    def _wrote(self, delivery_id: int) -> None:
        self.written = (*self.written, delivery_id)

    @cached_property
    def conversations(self) -> Conversations:
        return Conversations(self.db, self.shared)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.db, self.shared.ids, self.shared.clock, self.vault)

    @cached_property
    def addresses(self) -> Addresses:
        return Addresses(self.db)

    @cached_property
    def doubts(self) -> Doubts:
        return Doubts(self.db)

    @cached_property
    def members(self) -> Members:
        return Members(self.db, self.shared.ids, self.vault)

    @cached_property
    def programmes(self) -> Programmes:
        return Programmes(self.db, self.shared.programmes)

    @cached_property
    def statements(self) -> Statements:
        return Statements(self.db)

    @cached_property
    def stores(self) -> Stores:
        return Stores(self.db)

    @cached_property
    def staff(self) -> StaffRegister:
        return StaffRegister(self.db)

    @cached_property
    def mydata(self) -> MyData:
        return MyData(self.db, self.vault)

    @cached_property
    def merges(self) -> Merges:
        return Merges(self.db)

    @cached_property
    def api_keys(self) -> ApiKeys:
        return ApiKeys(self.db)

    @cached_property
    def webhooks(self) -> Webhooks:
        return Webhooks(self.db, self.vault)

    @cached_property
    def answers(self) -> Answers:
        return Answers(self.db)

    @cached_property
    def audit(self) -> Audit:
        return Audit(self.db, self.shared.ids)

    @cached_property
    def settings(self) -> Settings:
        return Settings(self.db)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.db)

    @cached_property
    def expiries(self) -> Expiries:
        return Expiries(self.db)

    @cached_property
    def holds(self) -> Holds:
        return Holds(self.db)

    @cached_property
    def adjustments(self) -> Adjustments:
        return Adjustments(self.db)

    @cached_property
    def gifts(self) -> Gifts:
        return Gifts(self.db)

    @cached_property
    def purchases(self) -> Purchases:
        return Purchases(self.db, self.shared.ids, self.vault)

    @cached_property
    def replays(self) -> Replays:
        return Replays(self.db)

    @cached_property
    def openings(self) -> Openings:
        return Openings(self.db, self.vault)

    @cached_property
    def earnings(self) -> Earnings:
        return Earnings(self.db)

    @cached_property
    def proofs(self) -> Proofs:
        return Proofs(self.db)

    @cached_property
    def seals(self) -> Seals:
        return Seals(self.db)

    @cached_property
    def levels(self) -> Levels:
        return Levels(self.db, self.shared.ids)

    @cached_property
    def standings(self) -> Standings:
        return Standings(self.db)

    @cached_property
    def deliveries(self) -> Deliveries:
        return Deliveries(self.db, self.shared.ids, self.shared.locale, self._wrote)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self.db)

    @cached_property
    def leases(self) -> Leases:
        return Leases(self.db)

    @cached_property
    def ticks(self) -> Ticks:
        return Ticks(self.db)

    @cached_property
    def care(self) -> CareQueries:
        return CareQueries(self.db)

    @cached_property
    def contacts(self) -> Contacts:
        return Contacts(self.db)

    @cached_property
    def posted(self) -> Posted:
        return Posted(self.db)

    @cached_property
    def endings(self) -> Endings:
        return Endings(self.db)

    @cached_property
    def rhythms(self) -> Rhythms:
        return Rhythms(self.db)

    @cached_property
    def restocks(self) -> Restocks:
        return Restocks(self.db)

    @cached_property
    def campaign_results(self) -> CampaignResults:
        return CampaignResults(self.db)

    @cached_property
    def campaign_list(self) -> CampaignList:
        return CampaignList(self.db)

    @cached_property
    def benefits(self) -> Benefits:
        return Benefits(self.db, self.shared.ids)

    @cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.db, self.benefits, self.shared.catalogue)

    @cached_property
    def favourites(self) -> Favourites:
        return Favourites(self.db)

    @cached_property
    def waits(self) -> Waits:
        return Waits(self.db, self.shared.ids)

    @cached_property
    def vouchers(self) -> Vouchers:
        return Vouchers(self.db, self.vault)

    @cached_property
    def voucher_gifts(self) -> VoucherGifts:
        return VoucherGifts(self.db, self.vault)

    @cached_property
    def bills(self) -> Bills:
        return Bills(self.db)

    @cached_property
    def credit_blocks(self) -> CreditBlocks:
        return CreditBlocks(self.db)

    @cached_property
    def fulfilments(self) -> Fulfilments:
        return Fulfilments(self.db)

    @cached_property
    def exports(self) -> Exports:
        return Exports(self.db, self.vault)

    @cached_property
    def categories(self) -> Categories:
        return Categories(self.db)

    @cached_property
    def partners(self) -> Partners:
        return Partners(self.db, self.shared.ids, self.vault)

    @cached_property
    def pictures(self) -> Pictures:
        return Pictures(self.db)

    @cached_property
    def likings(self) -> Likings:
        return Likings(self.db, self.shared.demand)

    @cached_property
    def receipts(self) -> Receipts:
        return Receipts(self.db)

    @cached_property
    def approvals(self) -> Approvals:
        return Approvals(self.db)

    @cached_property
    def checkins(self) -> CheckIns:
        return CheckIns(self.db)

    @cached_property
    def shifts(self) -> Shifts:
        return Shifts(self.db)

    @cached_property
    def member_codes(self) -> MemberCodes:
        return MemberCodes(self.db, self.vault)

    @cached_property
    def wrong_codes(self) -> WrongCodes:
        return WrongCodes(self.db)

    @cached_property
    def wordings(self) -> Wordings:
        return Wordings(self.db, self.shared.wordings)

    @cached_property
    def till_events(self) -> TillEvents:
        return TillEvents(self.db)

    @property
    def outgoing(self) -> Deliveries:
        return self.deliveries
