"""People in the admin."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm

from engine.accounts.models import Person, Role


class PersonForm(UserChangeForm[Person]):
    """Roles as ticks rather than a comma list."""

    roles = forms.MultipleChoiceField(choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False)


@admin.register(Person)
class PersonAdmin(UserAdmin[Person]):
    """Names, roles, passwords. That somebody is simulated cannot be changed afterwards."""

    form = PersonForm
    list_display = ("username", "display_name", "roles", "is_simulated", "is_active")
    list_filter = ("is_simulated", "is_active")
    readonly_fields = ("is_simulated", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("display_name", "email", "roles", "skills", "is_simulated")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Times", {"fields": ("last_login", "date_joined")}),
    )
