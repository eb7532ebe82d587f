#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from ouro_web.lib.env import BadSetting

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ouro_web.settings")
    try:
        execute_from_command_line(sys.argv)
    except BadSetting as bad_setting:
        sys.exit(str(bad_setting))
