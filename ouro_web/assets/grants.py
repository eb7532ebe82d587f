"""Apart from models.py, because the access rule asks for grants and the assets ask for the rule."""

from django.conf import settings
from django.db import models

from ouro_web.teams.models import Role


class Grant(models.Model):
    """A role on one asset, given to one person by its admin."""

    asset = models.ForeignKey("assets.Asset", on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants"
    )
    role = models.CharField(max_length=5, choices=Role, default=Role.READ)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "user"], name="one_grant_for_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.role} for {self.user_id} on {self.asset_id}"
