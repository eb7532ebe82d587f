"""Apart from models.py, which takes it in."""

from django.conf import settings
from django.db import models

from ouro_web.teams.models import Team


class Pin(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="pins")
    asset = models.ForeignKey("assets.Asset", on_delete=models.CASCADE, related_name="pins")
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["team", "asset"], name="one_pin_of_an_asset")
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} pinned by {self.team_id}"
