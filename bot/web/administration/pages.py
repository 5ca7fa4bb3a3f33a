"""The routes of the operators' pages."""

from __future__ import annotations

from starlette.routing import BaseRoute

from bot.web.administration.articles import ManagedArticlePages
from bot.web.administration.audit import AuditPage
from bot.web.administration.evaluation import EvaluationPages
from bot.web.administration.figures import FiguresPage
from bot.web.administration.page import AdminSite
from bot.web.administration.people import PeoplePages
from bot.web.administration.questions import QuestionPages
from bot.web.administration.state import StatePage
from bot.web.service import WebService

_PAGES = (
    *(StatePage, QuestionPages, ManagedArticlePages, FiguresPage),
    *(EvaluationPages, PeoplePages, AuditPage),
)


def routes(service: WebService) -> list[BaseRoute]:
    site = AdminSite(service)
    stop = site.route("/arret", site.stop, "POST", "administrator")
    return [stop, *(route for page in _PAGES for route in page(site).routes())]
