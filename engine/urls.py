"""URLs: the API, the pages and the admin."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from engine.health import health

urlpatterns = [
    path("health/", health, name="health"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/", include("engine.accounts.urls")),
    path("api/", include("engine.photos.urls")),
    path("api/", include("engine.registry.urls")),
    path("api/", include("engine.candidates.urls")),
    path("api/", include("engine.annotation.urls")),
    path("api/", include("engine.artistry.urls")),
    path("api/", include("engine.records.urls")),
    path("api/", include("engine.rounds.urls")),
    path("admin/", admin.site.urls),
    path("", include("engine.pages")),
]
