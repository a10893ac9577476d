"""The pages: one table says what there is and for whom; one shell template draws each of them.

A page is an entry of annotator_ui and fetches what it shows from the API, which checks the roles again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from engine.accounts.models import Person, Role
from engine.core.errors import TooManyRequests

EVERYBODY = frozenset(Role)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page: its route, its entry in annotator_ui and who may open it (an admin may open all)."""

    name: str
    route: str
    title: str
    roles: frozenset[Role]
    nav: str
    is_in_nav: bool = False

    @property
    def entry(self) -> str:
        """Key of the entry in the build's manifest."""
        return f"src/pages/{self.name}.tsx"

    def is_open_to(self, person: Person) -> bool:
        """Whether the person holds one of the roles."""
        return person.has_any_role(*self.roles)


ANNOTATORS = frozenset({Role.ANNOTATOR})
ARTISTS = frozenset({Role.ARTIST, Role.REVIEWER})
READERS = frozenset({Role.ML_LEAD, Role.REVIEWER})
LEADS = frozenset({Role.ML_LEAD})
CORRECTORS = frozenset({Role.ML_LEAD, Role.REVIEWER, Role.ANNOTATOR})
REVIEWERS = frozenset({Role.REVIEWER})

# fmt: off
PAGES = (
    Page(name="home", route="", title="Home", roles=EVERYBODY, nav="home", is_in_nav=True),
    Page(name="annotate", route="annotate/", title="Annotate", roles=ANNOTATORS, nav="annotate", is_in_nav=True),
    Page(name="annotateAnswers", route="annotate/answers/", title="My answers", roles=ANNOTATORS, nav="annotate"),
    Page(name="annotateAnswer", route="annotate/answers/<int:id>/", title="Answer", roles=ANNOTATORS, nav="annotate"),
    Page(name="align", route="align/", title="Align", roles=ANNOTATORS, nav="align", is_in_nav=True),
    Page(name="photos", route="photos/", title="Photos", roles=LEADS, nav="photos", is_in_nav=True),
    Page(name="photo", route="photos/<int:id>/", title="Photo", roles=LEADS, nav="photos"),
    Page(name="mask", route="targets/<int:id>/mask/", title="Mask", roles=CORRECTORS, nav="photos"),
    Page(name="artist", route="artist/", title="Artist jobs", roles=ARTISTS, nav="artist", is_in_nav=True),
    Page(name="artistJob", route="artist/<int:id>/", title="Artist job", roles=ARTISTS, nav="artist"),
    Page(name="records", route="records/", title="Records", roles=READERS, nav="records", is_in_nav=True),
    Page(name="rounds", route="rounds/", title="Rounds", roles=LEADS, nav="rounds", is_in_nav=True),
    Page(name="round", route="rounds/<int:id>/", title="Round", roles=LEADS, nav="rounds"),
    Page(name="checkpoints", route="checkpoints/", title="Checkpoints", roles=LEADS, nav="checkpoints", is_in_nav=True),
    Page(name="campaigns", route="campaigns/", title="Campaigns", roles=LEADS, nav="campaigns", is_in_nav=True),
    Page(name="campaign", route="campaigns/<int:id>/", title="Campaign", roles=LEADS, nav="campaigns"),
    Page(name="annotators", route="annotators/", title="People", roles=READERS, nav="quality", is_in_nav=True),
    Page(name="annotator", route="annotators/<int:id>/", title="Person", roles=READERS, nav="quality"),
    Page(name="gold", route="gold/", title="Gold pairs", roles=READERS, nav="quality"),
    Page(name="maskFlags", route="mask-flags/", title="Flagged masks", roles=READERS, nav="quality"),
    Page(name="disagreements", route="disagreements/", title="Disagreements", roles=REVIEWERS, nav="quality"),
    Page(name="lineage", route="lineage/<uuid:id>/", title="Lineage", roles=READERS, nav="records"),
)
# fmt: on


def _theme(request: HttpRequest) -> str:
    """The colours this person chose, or nothing: then the browser's preference holds."""
    theme = request.COOKIES.get("theme", "")
    return theme if theme in {"light", "dark"} else ""


def _page_context(request: HttpRequest, page: Page, person: Person, params: dict[str, Any]) -> dict[str, Any]:
    roles = [role.value for role in Role if role in person.roles or (role == Role.ADMIN and person.is_superuser)]
    name = person.display_name or person.username
    return {
        "page": page.nav,
        "params": {key: str(value) for key, value in params.items()},
        "me": {
            "id": person.pk,
            "username": person.username,
            "display_name": name,
            "roles": roles,
        },
        "csrf": get_token(request),
        "nav": [
            {"name": item.nav, "path": f"/{item.route}"} for item in PAGES if item.is_in_nav and item.is_open_to(person)
        ],
    }


def _view(page: Page) -> Callable[..., HttpResponse]:
    """Build the view of one page: sign-in, role, shell."""

    @require_GET
    def view(request: HttpRequest, **params: Any) -> HttpResponse:
        person = request.user
        if not isinstance(person, Person):
            return redirect_to_login(request.get_full_path())
        if not page.is_open_to(person):
            names = ", ".join(sorted(str(role.label) for role in page.roles))
            raise PermissionDenied(
                f"“{page.title}” is open to: {names}. "
                "Ask an administrator for the role, or log in with another account."
            )
        context = _page_context(request, page, person, params)
        shell = {
            "title": page.title,
            "entry": page.entry,
            "theme": _theme(request),
            "context": context,
        }
        response = render(request, "page.html", shell)
        # The CSRF token and the person are inside: no shared cache may keep it.
        response["Cache-Control"] = "private, no-store"
        return response

    return view


class SignInForm(AuthenticationForm):
    """Name and password; says how long to wait when there were too many attempts."""

    refusal: TooManyRequests | None = None

    def clean(self) -> dict[str, Any]:
        """Check them."""
        try:
            return super().clean()
        except TooManyRequests as refusal:
            self.refusal = refusal
            raise ValidationError(str(refusal), code=refusal.code) from refusal


class SignInView(LoginView):
    """The sign-in form, in the colours of the last visit."""

    authentication_form = SignInForm

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again with what is wrong."""
        response = super().form_invalid(form)
        if isinstance(form, SignInForm) and form.refusal is not None:
            response.status_code = form.refusal.http_status
            for header, value in form.refusal.headers.items():
                response[header] = value
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the theme."""
        return {**super().get_context_data(**kwargs), "theme": _theme(self.request)}


urlpatterns: list[URLPattern] = [
    path("login/", SignInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    *[path(page.route, _view(page), name=page.name) for page in PAGES],
]
