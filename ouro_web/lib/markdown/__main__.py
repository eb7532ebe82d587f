from ouro_web.lib import bounded
from ouro_web.lib.markdown import html

if __name__ == "__main__":
    bounded.answer(lambda ask: html.parts(**ask).as_json())
