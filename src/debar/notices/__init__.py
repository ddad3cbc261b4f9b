"""What people are told about a decision: statements of reasons, the public post, pictures.

Law: a notice says only what the plan and the record say. It escapes everything that came from outside, names
no account that the decision does not name, and says what is *not* changed as clearly as what is.
"""

from debar.notices.deadlines import complaint_until
from debar.notices.issue import Issue, public_version, statements_from_plan
from debar.notices.network import Node, network
from debar.notices.pages import render_html, render_post_html, render_post_text, render_text
from debar.notices.pictures import bars, launches_by_week, spend_over_time
from debar.notices.plan_network import network_of_plan
from debar.notices.public_post import Denial, Publication, PublicPost, RecordPointer, public_post
from debar.notices.report.clock_picture import clock
from debar.notices.retrospective_page import render_retrospective_html
from debar.notices.statement import Recipient, Source, StatementOfReasons, as_json

__all__ = [
    "Denial",
    "Issue",
    "Node",
    "PublicPost",
    "Publication",
    "Recipient",
    "RecordPointer",
    "Source",
    "StatementOfReasons",
    "as_json",
    "bars",
    "clock",
    "complaint_until",
    "launches_by_week",
    "network",
    "network_of_plan",
    "public_post",
    "public_version",
    "render_html",
    "render_post_html",
    "render_post_text",
    "render_retrospective_html",
    "render_text",
    "spend_over_time",
    "statements_from_plan",
]
