"""Registers of what the club says to many and hears from them: campaigns, audiences, events,
surveys, tickets."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import Connection

from storage.audience_previews import Previewed
from storage.campaign_clicks import CampaignClicks
from storage.campaign_grants import CampaignGrants
from storage.campaign_rows import CampaignRows
from storage.campaign_subjects import CampaignSubjects
from storage.campaign_variants import CampaignTasks, CampaignVariants
from storage.campaigns import Campaigns
from storage.event_cards import EventCards
from storage.event_waves import EventWaves
from storage.events import Events
from storage.faq_counts import FaqCounts
from storage.goodwill import Goodwill
from storage.handovers import Handovers
from storage.insight import Insights
from storage.nudges import Nudges
from storage.saved_audiences import SavedAudiences
from storage.sentiments import Sentiments
from storage.service_persons import ServicePersons
from storage.shared import Shared
from storage.staff_groups import StaffGroups
from storage.survey_invites import SurveyInvites
from storage.survey_releases import SurveyReleases
from storage.survey_responses import SurveyResponses
from storage.survey_results import SurveyResults
from storage.surveys import Surveys
from storage.tags import Tags
from storage.ticket_posts import TicketPosts
from storage.ticket_queue import TicketQueue
from storage.ticket_reports import TicketReports
from storage.tickets import Tickets


class Outreach:
    """The part of a unit of work for it (storage.work.Work)."""

    db: Connection
    shared: Shared

    @cached_property
    def campaigns(self) -> Campaigns:
        return Campaigns(self.db)

    @cached_property
    def audiences(self) -> Previewed:
        return Previewed(self.db, self.shared.locale)

    @cached_property
    def campaign_rows(self) -> CampaignRows:
        return CampaignRows(self.db)

    @cached_property
    def campaign_variants(self) -> CampaignVariants:
        return CampaignVariants(self.db)

    @cached_property
    def campaign_subjects(self) -> CampaignSubjects:
        return CampaignSubjects(self.db)

    @cached_property
    def campaign_grants(self) -> CampaignGrants:
        return CampaignGrants(self.db)

    @cached_property
    def campaign_tasks(self) -> CampaignTasks:
        return CampaignTasks(self.db)

    @cached_property
    def campaign_clicks(self) -> CampaignClicks:
        return CampaignClicks(self.db)

    @cached_property
    def surveys(self) -> Surveys:
        return Surveys(self.db, self.shared.ids)

    @cached_property
    def survey_responses(self) -> SurveyResponses:
        return SurveyResponses(self.db, self.shared.ids)

    @cached_property
    def survey_results(self) -> SurveyResults:
        return SurveyResults(self.db)

    @cached_property
    def sentiments(self) -> Sentiments:
        return Sentiments(self.db, self.shared.ids)

    @cached_property
    def survey_invites(self) -> SurveyInvites:
        return SurveyInvites(self.db)

    @cached_property
    def survey_releases(self) -> SurveyReleases:
        return SurveyReleases(self.db)

    @cached_property
    def tickets(self) -> Tickets:
        return Tickets(self.db)

    @cached_property
    def nudges(self) -> Nudges:
        return Nudges(self.db)

    @cached_property
    def handovers(self) -> Handovers:
        return Handovers(self.db)

    @cached_property
    def ticket_reports(self) -> TicketReports:
        return TicketReports(self.db)

    @cached_property
    def goodwill(self) -> Goodwill:
        return Goodwill(self.db)

    @cached_property
    def tags(self) -> Tags:
        return Tags(self.db)

    @cached_property
    def saved_audiences(self) -> SavedAudiences:
        return SavedAudiences(self.db, self.shared.locale)

    @cached_property
    def service_persons(self) -> ServicePersons:
        return ServicePersons(self.db)

    @cached_property
    def ticket_posts(self) -> TicketPosts:
        return TicketPosts(self.db)

    @cached_property
    def ticket_queue(self) -> TicketQueue:
        return TicketQueue(self.db)

    @cached_property
    def staff_groups(self) -> StaffGroups:
        return StaffGroups(self.db, self.shared.ids)

    @cached_property
    def faq_counts(self) -> FaqCounts:
        return FaqCounts(self.db)

    @cached_property
    def events(self) -> Events:
        return Events(self.db, self.shared.ids, self.shared.locale)

    @cached_property
    def event_waves(self) -> EventWaves:
        return EventWaves(self.db)

    @cached_property
    def event_cards(self) -> EventCards:
        return EventCards(self.db)

    @cached_property
    def insight(self) -> Insights:
        return Insights(self.db)
