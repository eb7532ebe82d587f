from ouro_web.lib import bounded
from ouro_web.lib.document import reading

if __name__ == "__main__":
    bounded.answer(reading.document)
