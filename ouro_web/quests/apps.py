from django.apps import AppConfig


class QuestsConfig(AppConfig):
    name = "ouro_web.quests"

    def ready(self) -> None:
        from ouro_web.actions import following
        from ouro_web.quests import tasks

        following.follow(tasks.FOLLOWER, tasks.told)
