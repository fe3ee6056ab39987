"""Routes of the archive."""

from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post, put

from services.customers.archive import commands, queries
from services.customers.archive.commands import ChangeCustomer, ForgetContact, ReviewCustomer, SayContact
from services.customers.archive.domain import Changes, Kind, RegisterCustomer
from services.customers.archive.queries import Filter
from services.customers.archive.views import CustomerRow, CustomerView
from shared.events.customers import Tier
from shared.http import ApiRequest, Page, PageQuery, actor_of, expected_version, perform, permits, read


class NewCustomer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A customer to take in. ``credit_code``: needed for a company, none for a sole trader.

    Without ``code`` it gets one of ours; without ``unit_code`` it is the asker's unit's."""

    name: str
    kind: Kind
    code: str | None = None
    credit_code: str | None = None
    unit_code: str | None = None
    tier: Tier = "reserve"
    region: str = ""
    address: str = ""


class CustomerChanges(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is to be different; null or left out leaves a thing as it is, "" empties a text. ``unit_code`` moves the
    customer, which the market department alone may do."""

    name: str | None = None
    kind: Kind | None = None
    credit_code: str | None = None
    region: str | None = None
    address: str | None = None
    unit_code: str | None = None


class ContactBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A person at the customer. A new primary contact takes the place of the old one."""

    name: str
    position: str = ""
    phone: str = ""
    primary: bool = False


@post("/customers", **permits("customer.register"), status_code=201)
async def register(request: ApiRequest, data: NewCustomer) -> Response[CustomerView]:
    """Take a customer into a unit's archive."""
    cmd = RegisterCustomer(actor=actor_of(request), **msgspec.structs.asdict(data))
    return await perform(request, commands.register, cmd, location="/customers/{customer_id}")


@get("/customers", **permits("customer.read"))
async def list_customers(
    request: ApiRequest,
    paging: PageQuery,
    code: str | None = None,
    tier: Tier | None = None,
    unit: str | None = None,
    stale: bool = False,
    doubles: bool = False,
) -> Response[Page[CustomerRow]]:
    """Customers by page, of the asker's unit or, for company-wide roles, of all.

    ``unit`` is a code; ``stale`` lists what nobody reviewed for too long; ``doubles`` adds merged customers, which
    ``code`` finds anyway."""
    wanted = Filter(code=code, tier=tier, unit=unit, stale=stale, doubles=doubles)
    return await read(request, queries.customers, paging, wanted, actor_of(request))


@get("/customers/{customer_id:uuid}", **permits("customer.read"))
async def one_customer(request: ApiRequest, customer_id: UUID) -> Response[CustomerView]:
    """One customer, with its contacts for who may see them."""
    return await read(request, queries.one_customer, customer_id, actor_of(request))


@patch("/customers/{customer_id:uuid}", **permits("customer.change"))
async def change_customer(request: ApiRequest, customer_id: UUID, data: CustomerChanges) -> Response[CustomerView]:
    """Change a customer (If-Match)."""
    cmd = ChangeCustomer(
        actor=actor_of(request),
        customer_id=customer_id,
        expected=expected_version(request, required=True),
        changes=Changes(
            name=data.name,
            kind=data.kind,
            credit_code=data.credit_code,
            region=data.region,
            address=data.address,
        ),
        unit_code=data.unit_code,
    )
    return await perform(request, commands.change, cmd, keyed=False)


@post("/customers/{customer_id:uuid}/review", **permits("customer.change"), status_code=200)
async def review_customer(request: ApiRequest, customer_id: UUID) -> Response[CustomerView]:
    """Say that all of it was looked through and is current."""
    return await perform(request, commands.review, ReviewCustomer(actor=actor_of(request), customer_id=customer_id))


@post("/customers/{customer_id:uuid}/contacts", **permits("contact.change"), status_code=201)
async def add_contact(request: ApiRequest, customer_id: UUID, data: ContactBody) -> Response[CustomerView]:
    """Add a person at the customer."""
    cmd = SayContact(actor=actor_of(request), customer_id=customer_id, **msgspec.structs.asdict(data))
    return await perform(request, commands.say_contact, cmd, location="/customers/{customer_id}")


@put("/customers/{customer_id:uuid}/contacts/{contact_id:uuid}", **permits("contact.change"))
async def change_contact(
    request: ApiRequest, customer_id: UUID, contact_id: UUID, data: ContactBody
) -> Response[CustomerView]:
    """Replace what is said of a person at the customer."""
    cmd = SayContact(
        actor=actor_of(request), customer_id=customer_id, contact_id=contact_id, **msgspec.structs.asdict(data)
    )
    return await perform(request, commands.say_contact, cmd, keyed=False)


@delete("/customers/{customer_id:uuid}/contacts/{contact_id:uuid}", **permits("contact.change"), status_code=200)
async def forget_contact(request: ApiRequest, customer_id: UUID, contact_id: UUID) -> Response[CustomerView]:
    """Forget a person at the customer."""
    cmd = ForgetContact(actor=actor_of(request), customer_id=customer_id, contact_id=contact_id)
    return await perform(request, commands.forget_contact, cmd, keyed=False)


ROUTES = [
    register,
    list_customers,
    one_customer,
    change_customer,
    review_customer,
    add_contact,
    change_contact,
    forget_contact,
]
