from ouro_web.lib.storable import storable, unstorable


def test_what_no_database_keeps_is_replaced():
    assert storable("a\0b\ud800c, Å 😀") == "a\ufffdb\ufffdc, Å 😀"


def test_the_places_of_such_texts_are_named():
    document = {"body": {"note": "x\0", "list": ["ok", "\udfff"], "a/b": {"\0": 1}, "n": 7}}
    assert list(unstorable(document)) == ["/body/note", "/body/list/1", "/body/a~1b"]
