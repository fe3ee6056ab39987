"""Marks: something new in a service that is published, so that all it was to publish before is there when the mark is.

Each service's relay publishes in order of commit.
"""

from uuid import uuid4

from tests.e2e import selling
from tests.e2e.company import DOORS_CUSTOMER, GLOBE, Company
from tests.e2e.people import Json
from tests.e2e.waiting import eventually


async def marked(company: Company, service: str) -> None:
    """Set a mark in the service, and wait until it stands on Kafka."""
    own, staff = f"mark-{uuid4().hex[:20]}", company.staff
    match service:
        case "customers":
            shop = {"code": own, "name": "测试记号店", "kind": "sole-trader"}
            await staff["hd-keeper"].post(service, "/customers", shop, correlation=own)
        case "contracts":
            line = selling.line(GLOBE, 1, 50, company.when.wanted(5, 10))
            draft = {"number": own, "customer_code": DOORS_CUSTOMER, "lines": [line]}
            await staff["hd-clerk"].persist("POST", service, "/agreements", draft, correlation=own)
        case "planning":
            book = {"产品": [(own, "记号", "台", 0, None, None)]}
            await staff["production"].bring(service, "master", book, correlation=own)
        case "complaints":
            said = a_complaint(DOORS_CUSTOMER, company)
            await staff["hd-clerk"].persist("POST", service, "/complaints", said, correlation=own)
    await eventually(lambda: company.suite.caused(service, own), what=f"a mark of {service}")


def a_complaint(customer_code: str, company: Company) -> Json:
    """A complaint about no delivery in particular."""
    said = {"category": "service", "description": "电话多次无人接听", "reported_on": company.when.today}
    return {"customer_code": customer_code, **said}
