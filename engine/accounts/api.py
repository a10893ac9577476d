"""Signing in by token, who am I, and what somebody is good at."""

from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from rest_framework.authtoken.models import Token
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Role
from engine.accounts.permissions import Anybody, IsSignedIn, person_of, roles
from engine.accounts.serializers import CredentialsSerializer, MeSerializer, SkillsSerializer, TokenSerializer
from engine.accounts.services import note_skills
from engine.core.errors import InvalidInput


class TokenView(APIView):
    """Exchanges a name and a password for the person's token."""

    permission_classes = [Anybody]
    # No session here: it would ask for a CSRF token that a program does not have.
    authentication_classes = []

    @extend_schema(request=CredentialsSerializer, responses=TokenSerializer)
    def post(self, request: Request) -> Response:
        """Answer the token; the same one as long as it is not deleted."""
        asked = CredentialsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        person = authenticate(request, **asked.validated_data)
        if person is None:
            raise InvalidInput("Name and password do not go together.", code="credentials_wrong")
        token, _ = Token.objects.get_or_create(user=person)
        return Response(TokenSerializer({"token": token.key}).data)


class MeView(APIView):
    """The signed-in person."""

    permission_classes = [IsSignedIn]

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Answer name and roles."""
        return Response(MeSerializer(person_of(request)).data)


class SkillsView(APIView):
    """What somebody is good at."""

    permission_classes = [roles(Role.ML_LEAD)]

    @extend_schema(request=SkillsSerializer, responses=MeSerializer)
    def put(self, request: Request, person_id: int) -> Response:
        """Replace the person's skills; campaigns that ask for others are not offered to her any more."""
        asked = SkillsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        person = note_skills(person_id=person_id, skills=asked.validated_data["skills"])
        return Response(MeSerializer(person).data)
