"""People and tokens as JSON."""

from typing import Any

from rest_framework import serializers

from engine.accounts.models import Person, Role


class CredentialsSerializer(serializers.Serializer[dict[str, str]]):
    """What a client sends to get its token."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class TokenSerializer(serializers.Serializer[dict[str, str]]):
    """The key for ``Authorization: Token <key>``."""

    token = serializers.CharField()


class MeSerializer(serializers.ModelSerializer[Person]):
    """The signed-in person."""

    display_name = serializers.SerializerMethodField()
    roles = serializers.SerializerMethodField()

    class Meta:
        model = Person
        fields = ["id", "username", "display_name", "roles", "skills"]

    def get_display_name(self, person: Person) -> str:
        """The name to greet by."""
        return person.display_name or person.username

    def get_roles(self, person: Person) -> list[str]:
        """Roles in the order of the glossary; a superuser is an admin."""
        return [role.value for role in Role if role in person.roles or (role == Role.ADMIN and person.is_superuser)]


class SkillsSerializer(serializers.Serializer[Any]):
    """What a person is noted to be good at."""

    skills = serializers.ListField(child=serializers.SlugField(max_length=40), max_length=50)
