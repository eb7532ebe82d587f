"""Files in parts by a program: the tus protocol with an API key."""

import base64

from ouro_web.files.models import File, Upload

TUS = {"tus-resumable": "1.0.0"}
NAME = base64.b64encode(b"rows.csv").decode()
KIND = "application/offset+octet-stream"


def test_a_program_sends_a_file_in_parts_and_makes_it(program, alice, carol):
    ask = program(alice)
    able = ask("OPTIONS", "/files/parts")
    assert (able.status_code, able.headers["Tus-Version"]) == (204, "1.0.0")
    told = {**TUS, "upload-length": "8", "upload-metadata": f"filename {NAME}"}
    begun = ask("POST", "/files/parts", b"", headers=told)
    assert begun.status_code == 201
    path = begun.headers["Location"].partition("/api")[2]

    def send(person, body, offset):
        headers = {**TUS, "upload-offset": str(offset)}
        return person("PATCH", path, body, headers=headers, content_type=KIND)

    assert send(ask, b"a,b\n", 0).headers["Upload-Offset"] == "4"
    assert send(ask, b"a,b\n", 0).status_code == 409
    assert send(program(carol), b"1,2\n", 4).status_code == 404
    assert ask("HEAD", path, headers=TUS).headers["Upload-Offset"] == "4"
    assert ask("HEAD", path).status_code == 412
    assert send(ask, b"1,2\n", 4).status_code == 204

    given = {"file": {"id": path.rpartition("/")[2], "name": "Rows", "visibility": "private"}}
    assert ask("POST", "/files/create", given).status_code == 200
    assert (File.objects.get().filename, File.objects.get().size) == ("rows.csv", 8)


def test_an_upload_in_parts_can_be_given_up(program, alice):
    ask = program(alice)
    begun = ask("POST", "/files/parts", b"", headers={**TUS, "upload-length": "8"})
    path = begun.headers["Location"].partition("/api")[2]
    assert ask("DELETE", path, headers=TUS).status_code == 204
    assert not Upload.objects.exists()
    assert ask("HEAD", path, headers=TUS).status_code == 404
